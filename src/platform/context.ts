import { setTimeout } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { DutyLost, type Fence, newestFence } from './fence.ts'
import { mayRunAgain } from './store-fault.ts'
import type { Tables } from './tables.ts'

/** Who does something: a person, a token, a source, the command line, or Shiplog itself. */
export type Actor = {
  kind: 'user' | 'token' | 'source' | 'cli' | 'system' | 'visitor'
  id: string | null
  name: string
}

type Log = {
  info(detail: object, words: string): void
  warn(detail: object, words: string): void
  error(detail: object, words: string): void
}

/** Where it is told what took how long, if anywhere: each span ends with the name that is known by then. */
export type Traced = { begin(name: string): { end(name?: string, error?: unknown): void } }

export type JournalLine = Tables['journal']

/** What every verb is given first: the store, the clock, who acts, where to log. */
export type Context = {
  db: Kysely<Tables>
  now(): Date
  actor: Actor
  log: Log
  /** The journal lines of the transaction so far: told to `committed` once it stands. */
  written?: JournalLine[]
  /** Hears of a transaction's journal lines right after its commit, before anybody is answered. */
  committed?: (lines: JournalLine[]) => void
  traced?: Traced
  /** The text at a public address, fetched by the guarded client and kept for a while; throws when there is none. */
  publicText?: (url: string, anew?: boolean) => Promise<string>
  /** The duty that is done here: what it writes is refused once another node has taken it. */
  fence?: Fence | null
  /** Runs in each transaction before its commit: tests stop it there, or make it fail. `tries` counts from 1. */
  before_commit?: (tries: number) => unknown
  /** The 32 bytes of SHIPLOG_SECRET: keys for sealing and for form tokens are derived from it. */
  secret: Buffer
}

/** The present moment as the store writes it. */
export function nowText(ctx: Pick<Context, 'now'>): string {
  return ctx.now().toISOString()
}

/**
 * Runs `work` in one transaction and returns what it returns; inside another transaction it joins that one.
 * Name the inner parameter `ctx` too: on SQLite the outer `db` inside a transaction would wait for ever.
 * Of transactions that stand in each other's way PostgreSQL undoes one, and then `work` runs again from its beginning.
 */
export async function inTransaction<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  if (ctx.db.isTransaction) return work(ctx)
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryTransaction(ctx, work, tries)
    } catch (error) {
      if (tries >= mostTries || !mayRunAgain(error)) throw error
      await setTimeout(tries * 10 * (1 + Math.random())) // so that the two do not meet again at once
    }
  }
}

const mostTries = 6

async function tryTransaction<T>(
  ctx: Context,
  work: (ctx: Context) => Promise<T>,
  tries: number,
): Promise<T> {
  const written: JournalLine[] = []
  const span = ctx.traced?.begin('transaction')
  let result: T
  try {
    result = await ctx.db.transaction().execute(async (db) => {
      if (ctx.fence && (await newestFence({ db }, ctx.fence.duty)) !== ctx.fence.number) {
        throw new DutyLost(ctx.fence)
      }
      const done = await work({ ...ctx, db, written })
      await ctx.before_commit?.(tries)
      return done
    })
  } catch (error) {
    span?.end(undefined, error)
    throw error
  }
  span?.end(written[0]?.action)
  try {
    if (written.length > 0) ctx.committed?.(written)
  } catch (err) {
    ctx.log.error({ err }, 'somebody who follows the journal failed') // what is committed is done
  }
  return result
}
