import { z } from 'zod'
import { sourceKinds } from './adapters/index.ts'

const name = z.string().trim().min(1, 'Give it a name.').max(100, 'A name has at most 100 characters.')
const version = z.coerce.number().int().optional()
const kinds = sourceKinds.map(({ kind }) => kind) as [string, ...string[]]

export const NewSource = z.object({ name, kind: z.enum(kinds, `One of ${kinds.join(', ')}.`) })
export type NewSource = z.output<typeof NewSource>

export const SourceChange = z.object({ name: name.optional(), disabled: z.boolean().optional(), version })
export type SourceChange = z.output<typeof SourceChange>

/** For how many hours the old secret stays valid beside the new one; 0 ends it at once. */
export const Rotation = z.object({ overlap_hours: z.coerce.number().int().min(0).max(168).default(24) })
export type Rotation = z.output<typeof Rotation>

/** `component` is an id or a slug. */
export const NewRule = z.object({
  service: z.string().trim().min(1, 'Say what the tool calls it.').max(200),
  component: z.string().trim().min(1, 'Choose a component.').max(100),
})
export type NewRule = z.output<typeof NewRule>

/**
 * The slugs that a service is matched with when no rule names it: what the tool calls it, and the last part of a
 * path, so that the repository `acme/checkout` is the component `checkout`. Two repositories of one name and
 * different owners are told apart by a rule, which stands above this.
 */
export function slugsOf(service: string): string[] {
  const whole = service.toLowerCase()
  return [...new Set([whole, whole.split('/').at(-1) ?? whole])]
}
