import pg from 'pg'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startPostgresServer } from './postgres-server.ts'

/** For tests of what is answered, not of what is lost. */
const quick = [
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'jit=off',
  'max_connections=200',
]

/**
 * A PostgreSQL server with a migrated database `shiplog` to make copies of (`create database … template shiplog`), in
 * each of which `select as_new()` takes out all that was written since. `programs` is the folder of another version.
 */
export async function startTemplateServer({ programs }: { programs?: string } = {}) {
  const { address, stop } = await startPostgresServer({ programs, settings: quick })
  const admin = new pg.Client(address('postgres'))
  await admin.connect()
  await admin.query('create database shiplog')
  await admin.end()
  const db = openDatabase(address('shiplog'))
  await migrateToLatest(db)
  await db.destroy()
  await keepInitial(address('shiplog'))
  return { origin: address('').slice(0, -1), stop }
}

/** Deleting takes a millisecond and copying a database thirty, so that a used one is emptied for the next test. */
async function keepInitial(address: string) {
  const client = new pg.Client(address)
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  const tables = rows.map(({ name }) => name)
  const work: string[] = []
  for (const table of tables) {
    work.push(`delete from public.${table}`)
    const all = await client.query<{ rows: string | null }>(
      `select json_agg(t)::text as rows from ${table} t`,
    )
    const kept = all.rows[0]?.rows
    if (!kept) continue
    const rows = `json_populate_recordset(null::public.${table}, ${client.escapeLiteral(kept)})`
    work.push(`insert into public.${table} select * from ${rows}`)
  }
  work.push(`perform setval(pg_get_serial_sequence('public.search_documents', 'place'), 1, false)`)
  await client.query(`create function as_new() returns void language plpgsql as $$ begin
    set local session_replication_role = replica; ${work.join('; ')}; end $$`)
  await client.end()
}
