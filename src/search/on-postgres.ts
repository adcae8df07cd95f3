import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { type Found, kindToken, type Wanted } from './model.ts'

/** Looks in PostgreSQL's full text, newest first. Tokens have no quote in them. */
export async function findOnPostgres({ db }: Context, wanted: Wanted): Promise<Found[]> {
  const { words, begun, kind, before, limit } = wanted
  const terms = [...words, ...(kind ? [kindToken(kind)] : [])].map((token) => `'${token}'`)
  if (begun) terms.push(`'${begun}':*`)
  const match = terms.join(' & ')
  const { rows } = await sql<Found>`
    select id, kind, about, place from search_documents
    where vector @@ ${match}::tsquery and place < ${before ?? Number.MAX_SAFE_INTEGER}
    order by place desc limit ${limit}`.execute(db)
  return rows.map((row) => ({ ...row, place: Number(row.place) }))
}
