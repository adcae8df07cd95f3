import type { Context } from '../platform/context.ts'
import { pageOf } from '../platform/http.ts'
import { isSqlite } from '../platform/locks.ts'
import { Refusal } from '../platform/refusal.ts'
import { keepIndexed } from './indexing.ts'
import type { Found, Kind, Wanted } from './model.ts'
import { findOnPostgres } from './on-postgres.ts'
import { findOnSqlite } from './on-sqlite.ts'
import { resultsOf } from './results.ts'
import { placeOf } from './store.ts'
import { askedFor } from './tokens.ts'

type Search = { q: string; limit: number; cursor?: string | undefined; kind?: Kind | undefined }

/** Steps of catching up that a search does first: more than a person can do between two searches. */
const stepsFirst = 8

/**
 * What has all the words of `q` in it, newest first, whatever was done a moment ago included. `complete` is false
 * only while the index is being built for the first time.
 */
export async function search(ctx: Context, { q, limit, cursor, kind }: Search) {
  const asked = askedFor(q)
  const complete = await caughtUp(ctx)
  if (asked.words.length === 0 && !asked.begun) return { data: [], next_cursor: null, complete }
  const before = cursor === undefined ? null : await placeAfter(ctx, cursor)
  const found = await find(ctx, { ...asked, kind, before, limit: limit + 1 })
  const { data, next_cursor } = pageOf(found, limit)
  return { data: await resultsOf(ctx, data, asked), next_cursor, complete }
}

function find(ctx: Context, wanted: Wanted): Promise<Found[]> {
  return isSqlite(ctx.db) ? findOnSqlite(ctx, wanted) : findOnPostgres(ctx, wanted)
}

/** A store that nobody may write to, as the sample's, is searched as it is. */
async function caughtUp(ctx: Context): Promise<boolean> {
  try {
    return await keepIndexed(ctx, { most: stepsFirst })
  } catch (err) {
    ctx.log.warn({ err }, 'the search could not be brought up to date')
    return false
  }
}

async function placeAfter(ctx: Context, cursor: string): Promise<number> {
  const place = await placeOf(ctx, cursor)
  if (place === null) throw new Refusal('not-found', 'The list has no such cursor.')
  return place
}
