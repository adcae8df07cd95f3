// `node scripts/fixture.ts`: keeps the sample as today's schema holds it, for tests that upgrade it. Run it before a
// release whose schema differs from the newest fixture's, and never write a fixture of an older schema anew.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { buildApp } from '../src/app.ts'
import { openNorthwind } from '../src/demo/northwind.ts'
import { sealJournal } from '../src/journal/seals.ts'
import type { Context } from '../src/platform/context.ts'
import type { Database } from '../src/platform/database.ts'
import { publishPostmortem, savePostmortem } from '../src/postmortems/actions.ts'
import { addItem } from '../src/postmortems/items.ts'
import { publicAddresses } from '../src/status/addresses.ts'
import { encode, type Head, type Row } from './fixture-files.ts'

const start = new Date('2026-11-23T12:00:00.000Z')
const secret = Buffer.alloc(32, 7)
const silent = { info() {}, warn() {}, error() {} }

const db = await openNorthwind({ start, seed: 1, secret })
const actor = { kind: 'user' as const, id: null, name: 'Ada' }
const ctx: Context = { db, now: () => start, actor, log: silent, secret }
await sql`pragma query_only = off`.execute(db)
await learn(ctx)
await sealJournal(ctx)
const tables = await tablesOf(db)
const rows: [table: string, row: Row][] = []
for (const table of tables) {
  const found = await sql<Row>`select * from ${sql.table(table)} order by rowid`.execute(db)
  for (const row of found.rows) rows.push([table, row])
}
const migrations = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
const head: Head = {
  migration: migrations.rows.at(-1)?.name ?? '',
  made_at: start.toISOString(),
  tables,
  schema: (await sql<Head['schema'][0]>`select type, name, sql from sqlite_schema order by name`.execute(db))
    .rows,
  pages: await pagesOf(ctx),
}
const folder = join(import.meta.dirname, '../migrations/fixtures')
mkdirSync(folder, { recursive: true })
const lines = [JSON.stringify(head), ...rows.map(([table, row]) => JSON.stringify([table, encode(row)]))]
const file = join(folder, `${head.migration}.jsonl.gz`)
writeFileSync(file, gzipSync(lines.join('\n'), { level: 9 }))
await db.destroy()
console.log(
  `${file}: ${rows.length} rows of ${tables.length} tables, ${Object.keys(head.pages).length} pages`,
)

/** What the sample does not show and a store may hold. */
async function learn(ctx: Context) {
  const { id } = await ctx.db
    .selectFrom('incidents')
    .select('id')
    .where('title', '=', 'Checkout is down')
    .executeTakeFirstOrThrow()
  await savePostmortem(ctx, id, { body: 'The new tax table was read too early.' })
  await addItem(ctx, id, { words: 'Read the tax table once a day', owner: 'Mari' })
  await publishPostmortem(ctx, id)
}

/** Our tables, whatever another one points at first. */
async function tablesOf(db: Database): Promise<string[]> {
  const listed = await sql<{ name: string }>`select name from pragma_table_list
    where schema = 'main' and type = 'table' and name not like 'sqlite%' and name not like 'kysely%'`.execute(
    db,
  )
  const order: string[] = []
  async function visit(table: string) {
    if (order.includes(table)) return
    const parents = await sql<{
      parent: string
    }>`select "table" as parent from pragma_foreign_key_list(${table})`.execute(db)
    for (const { parent } of parents.rows) if (parent !== table) await visit(parent)
    order.push(table)
  }
  for (const { name } of listed.rows.sort((one, other) => (one.name < other.name ? -1 : 1))) await visit(name)
  return order
}

/** Each public page, and which of these names and sentences stand on it. */
async function pagesOf(ctx: Context): Promise<Head['pages']> {
  const words = [
    ...(await ctx.db.selectFrom('components').select('name as words').execute()),
    ...(await ctx.db.selectFrom('incidents').select('title as words').execute()),
    ...(await ctx.db.selectFrom('incident_updates').select('body as words').execute()),
    ...(await ctx.db.selectFrom('maintenances').select('title as words').execute()),
    ...(await ctx.db.selectFrom('releases').select('version as words').execute()),
    ...(await ctx.db.selectFrom('postmortems').select('body as words').execute()),
  ].flatMap(({ words }) => (words && words.length > 3 ? [words] : []))
  const settings = { url: 'http://localhost:8080', trusted_proxies: [], log_level: 'silent', secret }
  const app = await buildApp(settings, { db: ctx.db, now: ctx.now, secret })
  const { now, past } = await publicAddresses(ctx)
  const pages: Head['pages'] = {}
  for (const address of [...now, ...past].filter((one) => !/\.(svg|js|txt|xml)$|embed/.test(one))) {
    const { statusCode, body } = await app.inject(address)
    if (statusCode === 200) pages[address] = [...new Set(words)].filter((one) => body.includes(one))
  }
  await app.close()
  return pages
}
