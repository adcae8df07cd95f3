import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { freshDatabase, until } from '../testing/nodes.ts'
import { openDatabase } from './database.ts'
import { migrateToLatest } from './migrate.ts'
import { settle } from './postgres.ts'
import { postgresWarnings } from './postgres-warnings.ts'

test('a PostgreSQL older than 15 is refused in a sentence', async () => {
  const asked: string[] = []
  const server = (number: number, version: string) =>
    ({
      query: async (sql: string) => {
        asked.push(sql)
        return { rows: [{ number, version }] }
      },
    }) as unknown as pg.Client
  const refused = { code: 'unavailable', message: /^PostgreSQL 14\.19 is older than 15/ }
  await assert.rejects(settle(server(140019, '14.19')), refused)
  assert.equal(asked.length, 1)
  await settle(server(150000, '15.0'))
})

test('nodes that start together on an empty database migrate it once, and none fails', async () => {
  const url = await freshDatabase({ empty: true })
  const stores = [1, 2, 3].map(() => openDatabase(url))
  const ran = await Promise.all(stores.map((db) => migrateToLatest(db)))
  assert.equal(ran.filter((names) => names.length > 0).length, 1)
  await Promise.all(stores.map((db) => db.destroy()))
})

test('a migration that finds a table in use lets everybody pass, and comes again', async () => {
  const url = await freshDatabase({ empty: true })
  const reader = new pg.Client(url)
  await reader.connect()
  await reader.query(
    'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
  )
  await reader.query('begin')
  await reader.query('lock table kysely_migration in share mode')
  const db = openDatabase(url)
  const migrated = migrateToLatest(db)
  const waits = async () => (await reader.query('select 1 from pg_locks where not granted')).rowCount !== 0
  assert.ok(await until(waits, { within: 10_000 }))
  assert.ok(await until(async () => !(await waits()), { within: 10_000, every: 5 }))
  await reader.query('commit')
  assert.ok((await migrated).length > 0)
  await reader.end()
  await db.destroy()
})

test('a server that may lose what was acknowledged is told of at the start', async () => {
  const url = await freshDatabase()
  const client = new pg.Client(url)
  await client.connect()
  const warnings = async () => {
    const db = openDatabase(url)
    const words = await postgresWarnings(db)
    await db.destroy()
    return words.filter((one) => !one.startsWith('fsync is off')) // as it is on this server of tests
  }
  assert.deepEqual(await warnings(), [])
  const { rows } = await client.query('select current_database() as name')
  await client.query(`alter database ${rows[0].name} set synchronous_commit = off`)
  assert.match((await warnings()).join(), /^synchronous_commit is off in PostgreSQL/)
  await client.end()
})
