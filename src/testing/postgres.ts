import { after, test } from 'node:test'
import pg from 'pg'
import { type Database, openDatabase } from '../platform/database.ts'
import { startTemplateServer } from './postgres-template.ts'

type Store = { address(database: string): string; admin: pg.Client; stop(): Promise<void> }
/** A database that one test after the other has for itself; what stays open is open for the next. */
type Seat = { db: Database; cleaner: pg.Client }

let store: Promise<Store> | undefined
let made = 0
let ended = false
const free: Seat[] = []
const seats: Seat[] = []

after(async () => {
  ended = true
  if (!store) return
  await Promise.all(seats.map(({ db, cleaner }) => Promise.all([db.destroy(), cleaner.end()])))
  await (await store).stop()
})

/** A migrated database on PostgreSQL, empty but for what every Shiplog knows; `destroy` gives it back. */
export async function postgresStore(): Promise<Database> {
  const seat = free.pop() ?? (await makeSeat())
  let over = false
  const db = seat.db.withPlugin({
    transformQuery({ node }) {
      if (over) throw new Error('The test is over, and so is its database.')
      return node
    },
    transformResult: async ({ result }) => result,
  })
  db.destroy = async () => {
    if (over || ended) return // after the last test everything goes with its server
    over = true
    await emptied(seat)
    free.push(seat)
  }
  return db
}

/** The address of a database for a server of its own process: migrated, unless it is to be `empty`. */
export async function freshDatabase({ empty = false } = {}): Promise<string> {
  store ??= openStore()
  const { address, admin } = await store
  made += 1
  const name = `test_${process.pid}_${made}`
  await admin.query(
    `create database ${name} ${empty ? 'template template0' : 'template shiplog strategy file_copy'}`,
  )
  return address(name)
}

/** The same test on both stores, each empty: without any table. */
export function onEmptyStores(sentence: string, work: (db: Database, address: string) => Promise<void>) {
  test(`${sentence} (SQLite)`, () => onStore(':memory:', work))
  onEmptyPostgres(`${sentence} (PostgreSQL)`, work)
}

/** A test on PostgreSQL alone, with an empty database of its own. */
export function onEmptyPostgres(sentence: string, work: (db: Database, address: string) => Promise<void>) {
  test(sentence, async () => onStore(await freshDatabase({ empty: true }), work))
}

async function onStore(address: string, work: (db: Database, address: string) => Promise<void>) {
  const db = openDatabase(address)
  try {
    await work(db, address)
  } finally {
    await db.destroy()
  }
}

async function makeSeat(): Promise<Seat> {
  const address = await freshDatabase()
  const cleaner = new pg.Client(address)
  await cleaner.connect()
  const seat = { db: openDatabase(address), cleaner }
  seats.push(seat)
  return seat
}

/** Waits for what is still under way, then takes out all that was written. */
async function emptied({ cleaner }: Seat) {
  const busy = `select 1 from pg_stat_activity where datname = current_database() and state <> 'idle'
    and pid <> pg_backend_pid()`
  while ((await cleaner.query(busy)).rowCount) await new Promise((resolve) => setTimeout(resolve, 5))
  await cleaner.query('select as_new()')
}

/** The server of the whole run, where there is one (`scripts/test.mjs` starts it), else one of our own. */
async function openStore(): Promise<Store> {
  const running = process.env.TEST_POSTGRES
  const server = running ? { origin: running, stop: async () => {} } : await startTemplateServer()
  const address = (database: string) => `${server.origin}/${database}`
  const admin = new pg.Client(address('postgres'))
  await admin.connect()
  const stop = async () => {
    await admin.end()
    await server.stop()
  }
  return { address, admin, stop }
}
