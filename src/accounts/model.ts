import { z } from 'zod'

/** Each role may do what the ones before it may. */
export const roles = ['viewer', 'editor', 'admin'] as const
export type Role = (typeof roles)[number]

/** Whether `role` reaches as far as `needed`. */
export function reaches(role: string, needed: Role): boolean {
  return roles.indexOf(role as Role) >= roles.indexOf(needed)
}

export const scopes = [
  'components:read',
  'components:write',
  'sources:read',
  'sources:write',
  'releases:read',
  'releases:write',
  'incidents:read',
  'incidents:write',
  'journal:read',
  'metrics:read',
  'admin',
] as const
export type Scope = (typeof scopes)[number]

/** `admin` may do everything; `x:write` includes `x:read`. */
export function allows(granted: readonly string[], needed: Scope): boolean {
  if (granted.includes('admin') || granted.includes(needed)) return true
  return needed.endsWith(':read') && granted.includes(needed.replace(':read', ':write'))
}

export const email = z.string().trim().toLowerCase().max(320).pipe(z.email('This is not an e-mail address.'))

const bytes = (text: string) => Buffer.byteLength(text)
export const password = z
  .string()
  .min(12, 'Please use at least 12 characters.')
  .refine((text) => bytes(text) <= 1024, 'Please use at most 1,024 bytes.')
  .refine((text) => !text.includes('\0'), 'A password cannot contain a NUL character.')

export const NewUser = z.object({
  email,
  name: z.string().trim().max(100).default(''),
  role: z.enum(roles),
  password,
})
export type NewUser = z.infer<typeof NewUser>

/** How somebody is called, where they say it themselves. */
export const OwnName = z.object({ name: z.string().trim().min(1, 'Say how you are called.').max(100) })

export const role = z.enum(roles, `A role is one of ${roles.join(', ')}.`)
export const NewInvitation = z.object({ email, role })
export type NewInvitation = z.infer<typeof NewInvitation>

export const Acceptance = OwnName.extend({ password })
export type Acceptance = z.infer<typeof Acceptance>

const longestPassword = z.string().min(1, 'Your password is needed for this.').max(1024)
const typedCode = z.string().trim().min(1, 'Type the code.').max(100)
export const SecondStepBeginning = z.object({ current_password: longestPassword })
export const Code = z.object({ code: typedCode })
export const SecondStepEnd = z.object({ current_password: longestPassword, code: typedCode })

export const Login = z.object({
  email: z.string().trim().toLowerCase().max(320),
  password: z.string().refine((text) => bytes(text) <= 1024),
})

const scopeList = z.preprocess(
  (given) => (typeof given === 'string' ? [given] : given),
  z.array(z.enum(scopes, `A scope is one of ${scopes.join(', ')}.`)).min(1, 'Choose at least one scope.'),
)

export const NewToken = z.object({
  name: z.string().trim().min(1, 'Give the token a name.').max(100),
  scopes: scopeList,
})
export type NewToken = z.infer<typeof NewToken>

export const PasswordChange = z.object({ current_password: z.string().max(1024), password })
