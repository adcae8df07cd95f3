import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { createComponent } from '../components/actions.ts'
import { openNorthwind } from '../demo/northwind.ts'
import type { Context } from '../platform/context.ts'
import { type Database, openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { search } from '../search/search.ts'
import { freshDatabase } from '../testing/nodes.ts'
import { shell } from '../testing/shell.ts'
import { worldOn } from '../testing/world.ts'
import { moveStore } from './move.ts'
import { columnsOf, readAsItIs, sumOf } from './move-tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'shiplog-move-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let made: Promise<string> | undefined

/** The Northwind sample as a SQLite file, made once, with a table of somebody else's in it. */
async function sample(): Promise<string> {
  const secret = Buffer.alloc(32, 7)
  const db = await openNorthwind({ start: new Date('2026-11-23T12:00:00.000Z'), seed: 1, secret })
  const file = join(folder, 'northwind.db')
  await sql`pragma query_only = off`.execute(db)
  await sql`vacuum into ${file}`.execute(db)
  await db.destroy()
  const own = openDatabase(file)
  await sql`create table _litestream_lock (id integer)`.execute(own)
  await own.destroy()
  return file
}

async function northwindFile(): Promise<string> {
  made ??= sample()
  const file = join(folder, `${Math.random()}.db`)
  copyFileSync(await made, file)
  return file
}

function opened(t: TestContext, url: string): { db: Database; ctx: Context } {
  const db = openDatabase(url)
  t.after(() => db.destroy())
  return { db, ctx: worldOn(db) }
}

async function sums(db: Database) {
  const columns = await columnsOf(db)
  return readAsItIs(db, async (one) => {
    const told: Record<string, unknown> = {}
    for (const [table, names] of columns) told[table] = await sumOf(one, table, names)
    return told
  })
}

const refusedAs = (message: RegExp) => ({ name: 'Refusal', message })

test('a whole instance moves from SQLite to PostgreSQL and back, and is the same row by row', async (t) => {
  const [file, there, home] = [
    await northwindFile(),
    await freshDatabase({ empty: true }),
    join(folder, 'home.db'),
  ]
  const { shiplog } = shell(t, { DATABASE_URL: file, SHIPLOG_SECRET: '07'.repeat(32) })
  const went = await shiplog('move', '--to', there)
  assert.equal(went.code, 0, went.err)
  assert.match(went.out, /^releases +\d+ rows {2}[0-9a-f]{12}$/m)
  assert.match(went.out, /copied and compared/)
  assert.match(went.out, /DATABASE_URL to postgres:\/\/…@127/)
  const back = await shell(t, { DATABASE_URL: there, SHIPLOG_SECRET: '07'.repeat(32) }).shiplog(
    'move',
    '--to',
    home,
  )
  assert.equal(back.code, 0, back.err)
  const [first, postgres, last] = [opened(t, file), opened(t, there), opened(t, home)]
  const original = await sums(first.db)
  assert.ok((original.releases as { rows: number }).rows > 50)
  assert.deepEqual(await sums(postgres.db), original)
  assert.deepEqual(await sums(last.db), original)
  for (const { db, ctx } of [postgres, last]) {
    assert.deepEqual(await migrateToLatest(db), [])
    const wanted = await search(first.ctx, { q: 'checkout', limit: 5 })
    assert.ok(wanted.data.length > 0)
    assert.deepEqual(await search(ctx, { q: 'checkout', limit: 5 }), wanted)
  }
})

test('a database that holds something is refused, and replaced only by force', async (t) => {
  const [from, to] = [opened(t, await northwindFile()), opened(t, await freshDatabase())]
  const how = { force: false, say() {} }
  await moveStore(from.ctx, to.db, how)
  await from.db.updateTable('site').set({ name: 'Southwind' }).execute()
  await assert.rejects(moveStore(from.ctx, to.db, how), refusedAs(/in use by a Shiplog.* --force/))
  await moveStore(from.ctx, to.db, { ...how, force: true })
  assert.equal((await to.db.selectFrom('site').select('name').executeTakeFirst())?.name, 'Southwind')
})

test('a move that breaks off leaves a target that says so and is refused, until it is copied again', async (t) => {
  const [from, url] = [opened(t, await northwindFile()), await freshDatabase()]
  const to = opened(t, url)
  const say = (words: string) => {
    if (words.startsWith('releases')) throw new Error('the power went')
  }
  await assert.rejects(moveStore(from.ctx, to.db, { force: false, say }), /the power went/)
  const { shiplog } = shell(t, { DATABASE_URL: url, SHIPLOG_SECRET: '07'.repeat(32) })
  for (const command of [['serve'], ['migrate'], ['token', 'list']]) {
    const { code, err } = await shiplog(...command)
    assert.equal(code, 1)
    assert.match(err, /only part of a copy .* --force/)
  }
  await assert.rejects(moveStore(from.ctx, to.db, { force: false, say() {} }), refusedAs(/unfinished copy/))
  await moveStore(from.ctx, to.db, { force: true, say() {} })
  assert.deepEqual(await sums(to.db), await sums(from.db))
})

test('a row that arrives otherwise than it was is found, and nothing is kept', async (t) => {
  const [from, to] = [opened(t, await northwindFile()), opened(t, await freshDatabase())]
  await sql`create function spoil() returns trigger language plpgsql as
    $$ begin new.title = new.title || '!'; return new; end $$`.execute(to.db)
  await sql`create trigger spoil before insert on incidents for each row execute function spoil()`.execute(
    to.db,
  )
  await assert.rejects(
    moveStore(from.ctx, to.db, { force: false, say() {} }),
    refusedAs(/The table incidents did not arrive/),
  )
  assert.deepEqual(await to.db.selectFrom('incidents').select('id').execute(), [])
})

test('what is written while it is copied is told of, and is not in the copy', async (t) => {
  const file = await northwindFile()
  const [from, beside, to] = [opened(t, file), opened(t, file), opened(t, join(folder, 'told.db'))]
  const said: string[] = []
  let writing: Promise<unknown> | undefined
  const say = (words: string) => {
    said.push(words)
    writing ??= createComponent(beside.ctx, { name: 'Too late' })
  }
  await moveStore(from.ctx, to.db, { force: false, say })
  await writing
  assert.match(said.at(-1) ?? '', /written to meanwhile/)
  const late = to.db.selectFrom('components').select('id').where('name', '=', 'Too late')
  assert.deepEqual(await late.execute(), [])
})

test('a target that is none is refused in a sentence', async (t) => {
  const file = await northwindFile()
  const { shiplog } = shell(t, { DATABASE_URL: file, SHIPLOG_SECRET: '07'.repeat(32) })
  for (const [words, code, said] of [
    [[], 2, /^Say where to/],
    [['--to', 'mysql://host/db'], 2, /must be postgres:/],
    [['--to', file], 2, /is used now/],
    [['--to', 'postgres://shiplog@127.0.0.1:9/none'], 1, /cannot be used \(ECONNREFUSED\)/],
    [['--to', join(folder, 'absent', 'x.db')], 1, /cannot be used|directory does not exist/],
  ] as const) {
    const answer = await shiplog('move', ...words)
    assert.equal(answer.code, code, words.join(' '))
    assert.match(answer.err, said)
  }
})
