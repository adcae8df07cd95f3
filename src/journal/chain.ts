import { createHash } from 'node:crypto'
import type { JournalLine } from '../platform/context.ts'

/** What the first seal is built on. */
export const noSeal = '0'.repeat(64)

export type SealedLine = JournalLine & { seq: number }

/**
 * The seal of a line at its place in the chain: SHA-256, in hexadecimal, over the seal before it and every word of
 * the line. Whoever changes a line, or its place, would have to change every seal after it.
 */
export function sealOf(before: string, seq: number, line: JournalLine): string {
  const { id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, detail } = line
  const words = [seq, id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, detail]
  return createHash('sha256')
    .update(`${before}\n${JSON.stringify(words)}`)
    .digest('hex')
}

/** What is wrong with a chain, and with which line first. */
export type Fault = { seq: number; words: string }

/** The first line of a run of lines that does not follow from the ones before it; null when all do. */
export function firstFault(after: { seq: number; seal: string }, lines: SealedLine[]): Fault | null {
  let before = after
  for (const line of lines) {
    const seq = before.seq + 1
    if (line.seq > seq) return { seq, words: `Line ${seq} is gone.` }
    if (line.seq < seq) return { seq: line.seq, words: `There is more than one line ${line.seq}.` }
    const seal = sealOf(before.seal, seq, line)
    if (seal !== line.seal) {
      return { seq, words: `Line ${seq} (${line.id}, ${line.at}) is not as it was sealed.` }
    }
    before = { seq, seal }
  }
  return null
}
