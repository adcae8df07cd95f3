import { resolve } from 'node:path'
import { readConfig } from '../config.ts'
import type { Context } from '../platform/context.ts'
import { type Database, isPostgres, openDatabase } from '../platform/database.ts'
import { agreeOnSecret, sayFact, unfinishedWords } from '../platform/facts.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { Refusal } from '../platform/refusal.ts'
import { buildAnew, keepIndexed } from '../search/indexing.ts'
import {
  columnsOf,
  copyTable,
  emptied,
  fillWhole,
  movedTables,
  readAsItIs,
  type Sum,
  sumOf,
} from './move-tables.ts'
import { withStore } from './open.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  [
    'move --to URL',
    'copy everything into another database, postgres://… or a SQLite file; --force overwrites what is there',
  ],
] as const
export const options = { to: { type: 'string' }, force: { type: 'boolean' } } as const

/** Copies the whole instance from one store into another, compares the two row by row, and says what to do next. */
export async function run(words: string[], { to, force }: Options, env: NodeJS.ProcessEnv): Promise<number> {
  if (words.length > 0 || typeof to !== 'string' || to === '')
    misuse('Say where to: shiplog move --to postgres://…')
  const { direct_url, data_dir } = readConfig(env)
  refuseTarget(direct_url, to)
  await withStore(env, async (ctx) => {
    const target = openDatabase(to)
    try {
      await moveStore(ctx, target, { force: force === true, say: console.log })
    } finally {
      await target.destroy()
    }
  })
  const shown = isPostgres(to) ? to.replace(/\/\/.*@/, '//…@') : to
  console.log(`Next: stop Shiplog, set DATABASE_URL to ${shown} and start it again. Keep the secret as it is`)
  console.log(
    `(SHIPLOG_SECRET, or the file “secret” in ${data_dir}); on several nodes all must have the same.`,
  )
  return 0
}

function refuseTarget(from: string, to: string) {
  if (!isPostgres(to) && to.includes('://')) misuse('--to must be postgres://… or the path of a SQLite file.')
  const same = isPostgres(to) ? from === to : !isPostgres(from) && resolve(from) === resolve(to)
  if (same) misuse('--to is the database that is used now. Name another one.')
}

type How = { force: boolean; say(words: string): void }

/**
 * Copies the store of `ctx` into `target`, all or nothing, and rebuilds what each store makes for itself. From its
 * beginning to its end the target is marked as unfinished, and nobody serves from it. Refuses one that holds anything,
 * unless it is to be overwritten.
 */
export async function moveStore(ctx: Context, target: Database, { force, say }: How) {
  await migrateToLatest(target, { unfinished: true })
  if (!force) await refuseUsed(target)
  await sayFact(target, 'unfinished', unfinishedWords(ctx.now()))
  const tables = await sharedColumns(ctx.db, target)
  const newest = await newestLine(ctx.db)
  const read = await fillWhole(target, async (to) => {
    await emptied(to)
    const read = await readAsItIs(ctx.db, (from) => copyAll(from, to, tables, say))
    await compare(to, tables, read)
    return read
  })
  const there = { ...ctx, db: target }
  await sayFact(target, 'secret', null)
  await agreeOnSecret(there)
  await buildAnew(there)
  await keepIndexed(there, { most: Number.POSITIVE_INFINITY })
  await sayFact(target, 'unfinished', null)
  const rows = [...read.values()].reduce((sum, one) => sum + one.rows, 0)
  say(`${rows} rows in ${read.size} tables were copied and compared; everything can be searched.`)
  if ((await newestLine(ctx.db)) !== newest) {
    say('The old database was written to meanwhile: stop Shiplog, and copy again with --force.')
  }
}

/** A store that anybody has used has a line in its journal. */
async function refuseUsed(target: Database) {
  const rest = 'Name an empty one, or add --force to overwrite it.'
  const half = await target
    .selectFrom('store_facts')
    .where('name', '=', 'unfinished')
    .select('value')
    .executeTakeFirst()
  if (half) throw new Refusal('conflict', `That database holds an unfinished copy. ${rest}`)
  if (await newestLine(target)) throw new Refusal('conflict', `That database is in use by a Shiplog. ${rest}`)
}

async function newestLine(db: Database): Promise<string | undefined> {
  return (await db.selectFrom('journal').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
}

type Columns = Map<string, string[]>

/** Both stores have the schema of this very program, so they must agree; if not, nothing is copied. */
async function sharedColumns(from: Database, to: Database): Promise<Columns> {
  const [here, there] = await Promise.all([columnsOf(from), columnsOf(to)])
  for (const table of movedTables) {
    if (String(here.get(table)) === String(there.get(table)) && here.has(table)) continue
    throw new Refusal('conflict', `The table ${table} is not alike in both databases. Nothing was copied.`)
  }
  return here
}

async function copyAll(
  from: Parameters<typeof copyTable>[0],
  to: typeof from,
  tables: Columns,
  say: How['say'],
) {
  const read = new Map<string, Sum>()
  for (const table of movedTables) {
    const sum = await copyTable(from, to, table, tables.get(table) ?? [])
    read.set(table, sum)
    say(`${table.padEnd(28)} ${String(sum.rows).padStart(8)} rows  ${sum.digest.slice(0, 12)}`)
  }
  return read
}

async function compare(to: Parameters<typeof sumOf>[0], tables: Columns, read: Map<string, Sum>) {
  for (const [table, was] of read) {
    const is = await sumOf(to, table, tables.get(table) ?? [])
    if (is.rows === was.rows && is.digest === was.digest) continue
    const words = `The table ${table} did not arrive as it was (${was.rows} rows, ${is.rows} there). Nothing was kept.`
    throw new Refusal('unavailable', words)
  }
}
