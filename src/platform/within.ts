import { setTimeout } from 'node:timers/promises'

/** What `work` comes to, unless it takes longer than so many milliseconds: then it throws these words, and the work goes on unheard. */
export async function within<T>(milliseconds: number, work: Promise<T>, words: string): Promise<T> {
  const over = new AbortController()
  const late = setTimeout(milliseconds, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(words)
  })
  late.catch(() => {}) // also when it is called off
  try {
    return await Promise.race([work, late])
  } finally {
    over.abort()
  }
}
