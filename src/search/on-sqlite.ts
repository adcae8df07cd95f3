import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { type Found, kindToken, type Wanted } from './model.ts'

/** Looks in SQLite's FTS5, newest first. Tokens have no quote in them. */
export async function findOnSqlite({ db }: Context, wanted: Wanted): Promise<Found[]> {
  const { words, begun, kind, before, limit } = wanted
  const terms = [...words, ...(kind ? [kindToken(kind)] : [])].map((token) => `"${token}"`)
  if (begun) terms.push(`"${begun}"*`)
  const match = terms.join(' AND ')
  const { rows } = await sql<Found>`
    select document.id, document.kind, document.about, document.place
    from search_words join search_documents as document on document.place = search_words.rowid
    where search_words match ${match} and search_words.rowid < ${before ?? Number.MAX_SAFE_INTEGER}
    order by search_words.rowid desc limit ${limit}`.execute(db)
  return rows
}
