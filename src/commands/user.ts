import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import {
  addUser,
  changeRole,
  disableUser,
  enableUser,
  resetPassword,
  resetSecondStepOf,
} from '../accounts/actions.ts'
import { NewUser, password as passwordSchema, type Role, roles } from '../accounts/model.ts'
import { listUsers } from '../accounts/store.ts'
import { errorsOf } from '../platform/forms.ts'
import { withStore } from './open.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  [
    'user add EMAIL [--role viewer|editor|admin] [--name NAME] [--password-stdin]',
    'add a person; prints a password unless one is given',
  ],
  ['user list', 'list everybody'],
  ['user role EMAIL ROLE', 'change what a person may do'],
  ['user disable EMAIL', 'shut a person out'],
  ['user enable EMAIL', 'let a person in again'],
  ['user reset-second-step EMAIL', 'take the second step at sign-in from a person who lost it'],
  ['user reset EMAIL [--password-stdin]', 'give a person a new password, and let them in again'],
] as const

export const options = {
  role: { type: 'string' },
  name: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const

/** `shiplog user …` */
export async function run([verb, address = '', word]: string[], options: Options, env: NodeJS.ProcessEnv) {
  if (verb === 'list') await list(env)
  else if (address === '') misuse('Say which person: shiplog user add|role|disable|enable|reset EMAIL.')
  else if (verb === 'add') await add(address, options, env)
  else if (verb === 'role') await withStore(env, (ctx) => changeRole(ctx, address, roleOf(word)))
  else if (verb === 'disable') await withStore(env, (ctx) => disableUser(ctx, address))
  else if (verb === 'enable') await withStore(env, (ctx) => enableUser(ctx, address))
  else if (verb === 'reset-second-step') await withStore(env, (ctx) => resetSecondStepOf(ctx, address))
  else if (verb === 'reset') await reset(address, options, env)
  else
    misuse(
      'A user can be added, listed, given a role, disabled, enabled or reset: add, list, role, disable, enable, reset, reset-second-step.',
    )
  return 0
}

async function list(env: NodeJS.ProcessEnv) {
  const users = await withStore(env, listUsers)
  for (const user of users)
    console.log([user.email, user.role, user.disabled_at ? 'disabled' : 'active'].join('\t'))
}

async function add(email: string, { role, name, ...rest }: Options, env: NodeJS.ProcessEnv) {
  const { password, made } = await passwordFrom(rest)
  const given = NewUser.safeParse({ email, name: name ?? '', role: roleOf(role ?? 'editor'), password })
  if (!given.success) return misuse(Object.values(errorsOf(given.error)).join('\n'))
  await withStore(env, (ctx) => addUser(ctx, given.data))
  console.error(
    `${given.data.email} may sign in as ${given.data.role}${made ? ', with this password:' : '.'}`,
  )
  if (made) console.log(password)
}

async function reset(email: string, options: Options, env: NodeJS.ProcessEnv) {
  const { password, made } = await passwordFrom(options)
  const given = passwordSchema.safeParse(password)
  if (!given.success) return misuse(Object.values(errorsOf(given.error)).join('\n'))
  await withStore(env, (ctx) => resetPassword(ctx, email, given.data))
  console.error(`${email} may sign in again${made ? ', with this password:' : '.'}`)
  if (made) console.log(password)
}

async function passwordFrom(options: Options) {
  if (!options['password-stdin']) return { password: randomBytes(15).toString('base64url'), made: true }
  return { password: (await text(process.stdin)).replace(/\r?\n$/, ''), made: false }
}

function roleOf(word: unknown): Role {
  const role = roles.find((one) => one === word)
  return role ?? misuse(`A role is one of ${roles.join(', ')}.`)
}
