import type { z } from 'zod'
import { Refusal } from './refusal.ts'

export type Fields = Record<string, string | string[]>
type Submitted<T> = { ok: true; data: T } | { ok: false; values: Fields; errors: Record<string, string> }

/** Reads a posted form by a schema; what does not fit comes back beside what was typed, to be shown again. */
export function submitted<T>(schema: z.ZodType<T>, body: unknown): Submitted<T> {
  const values = fields(body)
  const result = schema.safeParse(values)
  return result.success
    ? { ok: true, data: result.data }
    : { ok: false, values, errors: errorsOf(result.error) }
}

/** What was posted, as plain fields; a body that is no form is refused. */
export function fields(body: unknown): Fields {
  if (typeof body !== 'object' || body === null) throw new Refusal('invalid', 'The form arrived empty.')
  return { ...(body as Fields) }
}

/** The first complaint about each field, in words; complaints about the whole stand under `form`. */
export function errorsOf(error: z.ZodError): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const issue of error.issues) errors[issue.path.join('.') || 'form'] ??= issue.message
  return errors
}
