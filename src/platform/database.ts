import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresDialect,
  PostgresDriver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import type { ReadonlyKysely } from 'kysely/readonly'
import { openPool } from './postgres.ts'
import { reopening } from './reopening.ts'
import { onlySound } from './soundness.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>

/** SQLite before 3.51.3 could lose a committed write when a WAL was reset (sqlite.org/wal.html). */
const sqliteFloor = '3.51.3'

/**
 * The store that `url` names: `postgres://…`, or the path of a SQLite file that is made when absent, unless it
 * `must_exist`. Opened at the first use; one that cannot be opened, or breaks, is opened anew at the next use. A SQLite
 * file may be asked to be opened only when it is whole (`only_sound`).
 */
export function openDatabase(
  url: string,
  {
    must_exist = false,
    only_sound = false,
    committed,
  }: { must_exist?: boolean; only_sound?: boolean; committed?: Committed } = {},
): Database {
  if (isPostgres(url)) return openPostgres(url, committed)
  const open = () => prepared(new Sqlite(url, { fileMustExist: must_exist, timeout: patience.read }))
  return onSqlite(reopening(only_sound ? onlySound(open, url, must_exist) : open), committed)
}

/** The SQLite file that a `DATABASE_URL` names; null for a PostgreSQL server, and for a store in memory. */
export function sqliteFile(url: string): string | null {
  return isPostgres(url) || url === ':memory:' ? null : url
}

/** Hears of each commit how many milliseconds the store took to make it last. */
type Committed = (milliseconds: number) => void

/** Whether a `DATABASE_URL` names a PostgreSQL server; else it is the path of a SQLite file. */
export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}

/** A store on an open SQLite connection, with the settings that durability rests on. */
export function openSqlite(connection: Sqlite.Database): Database {
  return onSqlite(reopening(() => prepared(connection)))
}

function onSqlite(database: SqliteDatabase, committed?: Committed): Database {
  return new Kysely<Tables>({ dialect: new ImmediateSqliteDialect({ database }, committed) })
}

function prepared(connection: Sqlite.Database): Sqlite.Database {
  if (connection.pragma('journal_mode', { simple: true }) !== 'wal') {
    connection.pragma(`busy_timeout = ${patience.write}`) // two that start at once on a new file
    connection.pragma('journal_mode = WAL')
  }
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  connection.pragma('temp_store = MEMORY') // what a savepoint may have to undo needs no file in a folder of its own
  connection.pragma(`busy_timeout = ${patience.read}`)
  connection.pragma('journal_size_limit = 67108864')
  refuseOldSqlite(connection)
  return connection
}

/**
 * Milliseconds to wait for another process. SQLite waits on this very thread, so that nobody is answered meanwhile: a
 * read hardly ever meets a writer and had better fail at once, and a writer comes back for another look until its turn.
 */
const patience = { read: 200, look: 20, write: 5000 }

function openPostgres(connectionString: string, committed?: Committed): Database {
  const pool = openPool(connectionString)
  const dialect = new PostgresDialect({ pool })
  const createDriver = () => timed(new PostgresDriver({ pool }), committed)
  return new Kysely<Tables>({ dialect: Object.assign(dialect, { createDriver }) })
}

/** Tells of each commit how long it took: what waits for the disk, on either store. */
function timed<T extends Driver>(driver: T, committed: Committed | undefined): T {
  if (!committed) return driver
  const commit = driver.commitTransaction.bind(driver)
  driver.commitTransaction = async (connection) => {
    const begun = performance.now()
    await commit(connection)
    committed(performance.now() - begun)
  }
  return driver
}

function refuseOldSqlite(connection: Sqlite.Database) {
  const version = String(connection.prepare('select sqlite_version()').pluck().get())
  const [found, floor] = [version, sqliteFloor].map((text) =>
    text.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0),
  )
  if ((found ?? 0) < (floor ?? 0)) throw new Error(`SQLite ${version} is older than ${sqliteFloor}.`)
}

/**
 * Kysely begins with a plain BEGIN, under which a read that turns into a write fails with SQLITE_BUSY at once when
 * another process wrote meanwhile; BEGIN IMMEDIATE waits for its turn instead.
 */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection) {
    const over = performance.now() + patience.write
    await connection.executeQuery(CompiledQuery.raw(`pragma busy_timeout = ${patience.look}`))
    try {
      while (!(await begins(connection, over))) await setTimeout(Math.random() * patience.look)
    } finally {
      await connection.executeQuery(CompiledQuery.raw(`pragma busy_timeout = ${patience.read}`))
    }
  }

  /** A full disk makes SQLite roll back by itself; to say that there is nothing left to roll back would hide why. */
  override async rollbackTransaction(connection: DatabaseConnection) {
    try {
      await super.rollbackTransaction(connection)
    } catch (error) {
      if (!/no transaction is active/.test(String(error))) throw error
    }
  }
}

/** Whether a transaction has begun; false when another process is in its way and it is to be tried again. */
async function begins(connection: DatabaseConnection, over: number): Promise<boolean> {
  try {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
    return true
  } catch (error) {
    if (performance.now() > over || !/^SQLITE_BUSY/.test(String((error as { code?: unknown }).code)))
      throw error
    return false
  }
}

/** Kysely runs migrations on SQLite without a transaction, so that a full disk would leave half a schema for ever. */
class WholeSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true
  }
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: { database: SqliteDatabase }
  readonly #committed: Committed | undefined

  constructor(config: { database: SqliteDatabase }, committed?: Committed) {
    super(config)
    this.#config = config
    this.#committed = committed
  }

  override createDriver() {
    return timed(new ImmediateSqliteDriver(this.#config), this.#committed)
  }

  override createAdapter() {
    return new WholeSqliteAdapter()
  }
}

/** The store for slices that only read: the type has no way to write. */
export function readOnly(db: Database): ReadonlyKysely<Tables> {
  return db as unknown as ReadonlyKysely<Tables>
}
