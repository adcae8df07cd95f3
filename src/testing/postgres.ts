import { after, test } from 'node:test'
import pg from 'pg'
import { type Database, openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startPostgresServer } from './postgres-server.ts'
import { type World, world, worldOn } from './world.ts'

type Store = { address(database: string): string; admin: pg.Client; stop(): Promise<void> }

/** Begins while the tests before it run. */
let store: Promise<Store> | undefined
let made = 0

after(async () => {
  await (await store)?.stop()
})

/** The same test on SQLite and on a real PostgreSQL, each with a fresh, migrated database of its own. */
export function onBothStores(sentence: string, work: (ship: World) => Promise<void>) {
  store ??= startStore()
  test(`${sentence} (SQLite)`, async () => work(await world()))
  test(`${sentence} (PostgreSQL)`, async () => {
    const ship = await postgresWorld()
    try {
      await work(ship)
    } finally {
      await ship.db.destroy()
    }
  })
}

/** The same test on both stores, each empty: without any table. */
export function onEmptyStores(sentence: string, work: (db: Database, address: string) => Promise<void>) {
  test(`${sentence} (SQLite)`, () => onStore(':memory:', work))
  onEmptyPostgres(`${sentence} (PostgreSQL)`, work)
}

/** A test on PostgreSQL alone, with an empty database of its own. */
export function onEmptyPostgres(sentence: string, work: (db: Database, address: string) => Promise<void>) {
  store ??= startStore()
  test(sentence, async () => {
    const { admin, address } = await (store ?? startStore())
    made += 1
    await admin.query(`create database test${made} template template0`)
    await onStore(address(`test${made}`), work)
  })
}

async function onStore(address: string, work: (db: Database, address: string) => Promise<void>) {
  const db = openDatabase(address)
  try {
    await work(db, address)
  } finally {
    await db.destroy()
  }
}

/** A fresh world on PostgreSQL; its `db` is to be destroyed after use. */
async function postgresWorld(): Promise<World> {
  const { admin, address } = await (store ?? startStore())
  made += 1
  await admin.query(`create database test${made} template shiplog strategy file_copy`)
  return worldOn(openDatabase(address(`test${made}`)))
}

/** One server for all tests of a run, with a migrated database to copy. */
async function startStore(): Promise<Store> {
  const { address, stop } = await startPostgresServer()
  const admin = new pg.Client(address('postgres'))
  await admin.connect()
  await admin.query('create database shiplog')
  const db = openDatabase(address('shiplog'))
  await migrateToLatest(db)
  await db.destroy()
  const end = async () => {
    await admin.end()
    await stop()
  }
  return { address, admin, stop: end }
}
