import { type Kysely, type SelectQueryBuilder, SqliteAdapter } from 'kysely'

// biome-ignore lint/suspicious/noExplicitAny: whatever the schema, the question is the same
type AnyKysely = Kysely<any>

/** Whether the store is a SQLite file, which lets in one writer at a time and knows no lock on a row. */
export function isSqlite(db: AnyKysely): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter
}

type Query<DB, TB extends keyof DB, O> = SelectQueryBuilder<DB, TB, O>

/**
 * The rows are for this transaction alone until it ends: whoever else wants to hold them waits, and then reads what
 * was written meanwhile. On SQLite the transaction is alone already.
 */
export function held(db: AnyKysely) {
  return <DB, TB extends keyof DB, O>(query: Query<DB, TB, O>): Query<DB, TB, O> =>
    isSqlite(db) ? query : query.forNoKeyUpdate()
}

/** The same, but rows that somebody else holds are passed over: each takes others from a queue. */
export function heldBySkipping(db: AnyKysely) {
  return <DB, TB extends keyof DB, O>(query: Query<DB, TB, O>): Query<DB, TB, O> =>
    isSqlite(db) ? query : query.forNoKeyUpdate().skipLocked()
}

/** Nobody may change the rows until the transaction ends; many may hold them so. */
export function unchanging(db: AnyKysely) {
  return <DB, TB extends keyof DB, O>(query: Query<DB, TB, O>): Query<DB, TB, O> =>
    isSqlite(db) ? query : query.forShare()
}
