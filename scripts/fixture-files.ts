import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../src/platform/database.ts'
import { migrateTo } from '../src/platform/migrate.ts'

export type Row = Record<string, unknown>
export type Head = {
  /** The newest migration of the store that was kept. */
  migration: string
  made_at: string
  /** Tables in an order in which their rows can be put in. */
  tables: string[]
  /** The schema as SQLite told it. */
  schema: { type: string; name: string; sql: string | null }[]
  /** Public addresses, and what stood there. */
  pages: Record<string, string[]>
}
export type Fixture = Head & { rows: [table: string, row: Row][] }

const folder = join(import.meta.dirname, '../migrations/fixtures')

/** Every store that was kept, by the name of its newest migration. */
export function fixtureNames(): string[] {
  return globSync('*.jsonl.gz', { cwd: folder })
    .map((file) => basename(file, '.jsonl.gz'))
    .sort()
}

export function readFixture(name: string): Fixture {
  const [head = '', ...lines] = gunzipSync(readFileSync(join(folder, `${name}.jsonl.gz`)))
    .toString()
    .split('\n')
  const rows = lines.map((line) => JSON.parse(line) as [string, Row])
  return { ...(JSON.parse(head) as Head), rows: rows.map(([table, row]) => [table, decode(row)]) }
}

/** Fills an empty store of either kind with a kept one, at the schema of its day. */
export async function fillFrom(db: Database, { migration, tables, rows }: Fixture) {
  await migrateTo(db, migration)
  await (db as unknown as Kysely<Record<string, Row>>).transaction().execute(async (db) => {
    for (const table of tables.toReversed()) await db.deleteFrom(table).execute() // migrations put some in
    for (const [table, row] of rows) {
      const { place, ...rest } = row // PostgreSQL numbers the search's documents by itself
      const values = table === 'search_documents' ? rest : row
      await db.insertInto(table).values(values).execute()
    }
  })
}

/** How many rows each of a fixture's tables has in a store. */
export async function countRows(db: Database, { tables }: Fixture): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
      db,
    )
    counts[table] = Number(rows[0]?.count)
  }
  return counts
}

/** The counts as they were when the fixture was kept. */
export function rowsOf({ tables, rows }: Fixture): Record<string, number> {
  const counts = Object.fromEntries(tables.map((table) => [table, 0]))
  for (const [table] of rows) counts[table] = (counts[table] ?? 0) + 1
  return counts
}

/** Bytes have no JSON. */
export function encode(row: Row): Row {
  return mapped(row, (value) =>
    value instanceof Uint8Array ? { $base64: Buffer.from(value).toString('base64') } : value,
  )
}

function decode(row: Row): Row {
  return mapped(row, (value) => {
    const { $base64 } = (value ?? {}) as { $base64?: string }
    return typeof $base64 === 'string' ? Buffer.from($base64, 'base64') : value
  })
}

function mapped(row: Row, change: (value: unknown) => unknown): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, change(value)]))
}
