import type { z } from 'zod'
import type { Translation } from './adapter.ts'

/** A foreign text that is named in a sentence, cut before it fills the page. */
export function short(text: string): string {
  return text.slice(0, 60)
}

/** What is said of a message that is not what the tool calls it: where it differs, and nothing of what it held. */
export function unlike(event: string, error: z.ZodError): Translation {
  const where = error.issues.map((issue) => issue.path.join('.') || 'body').slice(0, 5)
  return { invalid: `This is not ${event}: ${where.join(', ')}.` }
}

/** The tag a ref names. A bare `6.4` or `v2` is as often a branch, and a branch is never a version. */
export function tagOf(ref: string): string | undefined {
  if (ref.startsWith('refs/tags/')) return ref.slice('refs/tags/'.length)
  return /^(v\d+\.\d+|([\w./-]{1,100}@v?)?\d+\.\d+\.\d+)[\w.+-]*$/.test(ref) ? ref : undefined
}
