import { createHash } from 'node:crypto'
import { CompiledQuery, type Kysely, sql } from 'kysely'
import type { Database } from '../platform/database.ts'
import { isSqlite } from '../platform/locks.ts'
import { owners } from '../platform/tables.ts'

// biome-ignore lint/suspicious/noExplicitAny: every table alike, whatever its columns
type Any = Kysely<any>
type Row = Record<string, unknown>
/** How many rows a table has, and one number over all their bytes, in whatever order they come. */
export type Sum = { rows: number; digest: string }

/** What each store makes for itself: the index of the search, who does what, what is agreed, and what was migrated. */
const ownToEach = new Set<string>(['search_documents', 'search_state', 'duties', 'store_facts'])

/** Every table that is copied. Tables of others (Litestream’s begin with `_`) are left alone. */
export const movedTables: string[] = Object.values(owners)
  .flat()
  .filter((table) => !ownToEach.has(table))

const together = 500

/** The columns of each table that is copied, as a store has them. */
export async function columnsOf(db: Database): Promise<Map<string, string[]>> {
  const tables = await db.introspection.getTables()
  const known = tables.filter(({ name }) => movedTables.includes(name))
  return new Map(known.map(({ name, columns }) => [name, columns.map((column) => column.name).sort()]))
}

/** One read of a whole store, as it is at this moment, whatever is written to it meanwhile. */
export function readAsItIs<T>(db: Database, work: (db: Any) => Promise<T>): Promise<T> {
  return db.connection().execute(async (db) => {
    const begin = isSqlite(db) ? 'begin' : 'begin isolation level repeatable read, read only'
    await db.executeQuery(CompiledQuery.raw(begin))
    await patient(db)
    try {
      return await work(db)
    } finally {
      await db.executeQuery(CompiledQuery.raw('rollback')).catch(() => {})
    }
  })
}

/** The other store may keep this one waiting. */
async function patient(db: Any) {
  if (isSqlite(db)) return
  await db.executeQuery(CompiledQuery.raw('set local idle_in_transaction_session_timeout = 0'))
}

/** All or nothing: fills a store within one transaction, in which rows may point to what comes later. */
export function fillWhole<T>(db: Database, work: (db: Any) => Promise<T>): Promise<T> {
  return (db as Any).transaction().execute(async (db) => {
    await patient(db)
    if (isSqlite(db)) {
      await sql`pragma defer_foreign_keys = on`.execute(db)
      return work(db)
    }
    const keys = await foreignKeys(db)
    for (const key of keys) await alter(db, key, 'deferrable initially deferred')
    const done = await work(db)
    await sql`set constraints all immediate`.execute(db)
    for (const key of keys) await alter(db, key, 'not deferrable')
    return done
  })
}

type Key = { table: string; name: string }

async function foreignKeys(db: Any): Promise<Key[]> {
  const { rows } = await sql<Key>`select conrelid::regclass::text as table, conname as name from pg_constraint
    where contype = 'f' and connamespace = current_schema()::regnamespace`.execute(db)
  return rows
}

async function alter(db: Any, { table, name }: Key, how: string) {
  await sql`alter table ${sql.table(table)} alter constraint ${sql.ref(name)} ${sql.raw(how)}`.execute(db)
}

/** Takes out all rows, also those that a migration put in. */
export async function emptied(db: Any) {
  for (const table of movedTables) await db.deleteFrom(table).execute()
}

/** Reads a table of one store into the same table of another; answers what was read. */
export async function copyTable(from: Any, to: Any, table: string, columns: string[]): Promise<Sum> {
  const sum = summing()
  const most = Math.min(together, Math.floor(30_000 / columns.length)) // SQLite takes 32,766 values at once
  for await (const rows of rowsOf(from, table, columns)) {
    for (const row of rows) sum.add(row)
    for (let at = 0; at < rows.length; at += most) {
      await to
        .insertInto(table)
        .values(rows.slice(at, at + most))
        .execute()
    }
  }
  return sum.told()
}

/** Reads a table whole, and says what it holds. */
export async function sumOf(db: Any, table: string, columns: string[]): Promise<Sum> {
  const sum = summing()
  for await (const rows of rowsOf(db, table, columns)) for (const row of rows) sum.add(row)
  return sum.told()
}

async function* rowsOf(db: Any, table: string, columns: string[]): AsyncGenerator<Row[]> {
  const query = db.selectFrom(table).select(columns)
  if (!isSqlite(db)) return yield* rowsByCursor(db, query.compile().sql)
  let rows: Row[] = []
  for await (const row of query.stream()) {
    rows.push(row as Row)
    if (rows.length < together) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}

async function* rowsByCursor(db: Any, query: string): AsyncGenerator<Row[]> {
  await db.executeQuery(CompiledQuery.raw(`declare rows_of_table no scroll cursor for ${query}`))
  for (;;) {
    const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(`fetch ${together} from rows_of_table`))
    if (rows.length > 0) yield rows
    if (rows.length < together) break
  }
  await db.executeQuery(CompiledQuery.raw('close rows_of_table'))
}

function summing() {
  let rows = 0
  let total = 0n
  const add = (row: Row) => {
    rows += 1
    const words = Object.keys(row)
      .sort()
      .map((name) => {
        const value = row[name]
        return [name, value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('hex')}` : value]
      })
    const hash = createHash('sha256').update(JSON.stringify(words)).digest('hex')
    total = (total + BigInt(`0x${hash}`)) % 2n ** 256n
  }
  return { add, told: (): Sum => ({ rows, digest: total.toString(16).padStart(64, '0') }) }
}
