import type { z } from 'zod'
import { ZodError } from 'zod'
import { errorsOf, submitted } from './forms.ts'
import { Refusal } from './refusal.ts'

/** What became of a form's verb: done, or what to show beside what was typed. `current` is what somebody faster saved. */
type Attempt<T> =
  | { ok: true; data: T }
  | { ok: false; status: 422 | 409; errors: Record<string, string>; current: unknown }

/** Runs a form's verb. A no that concerns what was typed comes back as data; any other is thrown on. */
export async function attempt<T>(verb: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, data: await verb() }
  } catch (error) {
    if (error instanceof ZodError) return { ok: false, status: 422, errors: errorsOf(error), current: null }
    if (!(error instanceof Refusal) || !['invalid', 'conflict', 'stale'].includes(error.code)) throw error
    const errors = (error.extra.errors as Record<string, string> | undefined) ?? { form: error.message }
    const status = error.code === 'invalid' ? 422 : 409
    return { ok: false, status, errors, current: error.extra.current ?? null }
  }
}

/** Reads a posted form by a schema and runs the form's verb with what it says. */
export async function attemptForm<Said, T>(
  schema: z.ZodType<Said>,
  body: unknown,
  verb: (said: Said) => Promise<T>,
): Promise<Attempt<T>> {
  const form = submitted(schema, body)
  if (form.ok) return attempt(() => verb(form.data))
  return { ok: false, status: 422, errors: form.errors, current: null }
}
