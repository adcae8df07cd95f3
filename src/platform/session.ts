import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Context } from './context.ts'
import { cut, dropConnections, settle } from './postgres.ts'

/** What lives on the session: told when it begins, asked at each beat, and told when it is lost. */
export type SessionPart = {
  begin(client: pg.Client): Promise<unknown>
  beat?(client: pg.Client): Promise<unknown>
  lost(): void
}

/** Milliseconds. A session that says nothing for `silence` is ended by the server, and given up by us a little sooner. */
const times = { beat: 1000, patience: 4000, silence: 5000, again: 500 }

/**
 * Keeps one connection of its own to PostgreSQL, for what belongs to a session: locks and notifications. It beats once
 * a second, so that each side soon sees when the other went silent, and is made anew whenever it is lost. Returns how
 * to end it.
 */
export function keepSession(url: string, parts: SessionPart[], log: Context['log']): () => Promise<void> {
  const ending = new AbortController()
  let told = false

  async function live() {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: times.patience,
      keepAlive: true,
    })
    const gone = new AbortController()
    client.on('error', () => {}) // its end is what counts
    client.on('end', () => gone.abort())
    try {
      await patiently(client.connect())
      await patiently(settle(client, { idle_session_timeout: String(times.silence) }))
      for (const part of parts) await patiently(part.begin(client))
      if (told) log.info({}, 'the session with the database is back')
      told = false
      await beat(client, gone.signal)
    } finally {
      for (const part of parts) part.lost()
      await leave(client)
    }
  }

  async function beat(client: pg.Client, gone: AbortSignal) {
    const over = AbortSignal.any([gone, ending.signal])
    while (!over.aborted) {
      for (const part of parts) await patiently(part.beat?.(client))
      await setTimeout(times.beat, undefined, { signal: over, ref: false }).catch(() => {})
    }
    if (!ending.signal.aborted) throw new Error('the connection ended')
  }

  async function keep() {
    while (!ending.signal.aborted) {
      await live().catch((err) => {
        if (err instanceof Silence) dropConnections()
        if (!told)
          log.warn({ err }, 'the session with the database is lost; it is tried again until it is back')
        told = true
      })
      await setTimeout(times.again, undefined, { signal: ending.signal, ref: false }).catch(() => {})
    }
  }

  const kept = keep()
  return async () => {
    ending.abort()
    await kept
  }
}

/** Thrown when the server neither answers nor refuses. */
class Silence extends Error {}

async function patiently<T>(work: Promise<T> | undefined): Promise<T | undefined> {
  const over = new AbortController()
  const late = setTimeout(times.patience, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Silence(`the database has not answered for ${times.patience} ms`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => {})
    over.abort()
  }
}

/** Says good-bye, so that the locks are free at once; to a server that does not listen, only for a moment. */
async function leave(client: pg.Client) {
  await Promise.race([client.end().catch(() => {}), setTimeout(times.again, undefined, { ref: false })])
  cut(client)
}
