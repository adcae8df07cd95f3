import { z } from 'zod'
import { errorsOf } from '../platform/forms.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Settings } from './adapter.ts'
import { adapterFor, sourceKinds } from './adapters/index.ts'

/** What a source has last gone wrong with, when whoever called did not know its secret. */
export const wrongSecret = 'A request came without a valid secret.'
/** The same of a source that has no secret, because its tool signs with a key of its own. */
export const wrongSender = 'A request was not signed by the one whom this source hears.'

const name = z.string().trim().min(1, 'Give it a name.').max(100, 'A name has at most 100 characters.')
const version = z.coerce.number().int().optional()
const kinds = sourceKinds.map(({ kind }) => kind) as [string, ...string[]]

const settings = z.record(z.string().max(100), z.string().max(2000))
const pasted = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z
    .string()
    .trim()
    .min(8, 'A secret has at least 8 characters.')
    .max(500, 'A secret has at most 500 characters.')
    .optional(),
)

/** `secret` is what the tool made, where tools make it; `settings` are what the kind asks for, by name. */
export const NewSource = z.object({
  name,
  kind: z.enum(kinds, `One of ${kinds.join(', ')}.`),
  secret: pasted,
  settings: settings.default({}),
})
export type NewSource = Pick<z.output<typeof NewSource>, 'name' | 'kind'> & {
  secret?: string
  settings?: Settings
}

export const SourceChange = z.object({
  name: name.optional(),
  disabled: z.boolean().optional(),
  settings: settings.optional(),
  version,
})
export type SourceChange = z.output<typeof SourceChange>

/** For how many hours the old secret stays valid beside the new one; 0 ends it at once. */
export const Rotation = z.object({
  overlap_hours: z.coerce.number().int().min(0).max(168).default(24),
  secret: pasted,
})
export type Rotation = z.output<typeof Rotation>

/** A posted form with the settings of its kind put together: they have no prefix, and no other field is theirs. */
export function withSettings(kind: string, body: unknown): Record<string, unknown> {
  const said = { ...(body as Record<string, unknown>) }
  const asked = Object.keys(adapterFor(kind)?.settings ?? {})
  return { ...said, settings: Object.fromEntries(asked.map((name) => [name, said[name] ?? ''])) }
}

/** What an operator says of a source of this kind, checked; an error stands at the name of its field. */
export function settingsFor(kind: string, said: Settings): Settings {
  const kept: Record<string, string> = {}
  const errors: Record<string, string> = {}
  for (const [name, { schema, optional }] of Object.entries(adapterFor(kind)?.settings ?? {})) {
    const value = said[name]?.trim() ?? ''
    if (value === '' && optional) continue
    const read = schema.safeParse(value)
    if (read.success) kept[name] = read.data
    else errors[name] = Object.values(errorsOf(read.error))[0] ?? 'This does not fit.'
  }
  if (Object.keys(errors).length > 0) {
    throw new Refusal('invalid', 'Some of what this kind of source asks for does not fit.', { errors })
  }
  return kept
}

/**
 * The slugs that a service is matched with when no rule names it: what the tool calls it, and the last part of a
 * path, so that the repository `acme/checkout` is the component `checkout`. Two repositories of one name and
 * different owners are told apart by a rule, which stands above this.
 */
export function slugsOf(service: string): string[] {
  const whole = service.toLowerCase()
  return [...new Set([whole, whole.split('/').at(-1) ?? whole])]
}
