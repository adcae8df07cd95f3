import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { isPostgres } from './database.ts'

/** What a store says of itself when it is looked at from beside, without changing anything. */
export type StoreFacts = {
  /** "SQLite 3.53.4" */
  version: string
  /** What is wrong with the file, in SQLite's words; empty where nothing is, or where the server sees to it. */
  damage: string[]
  /** The server's own clock (milliseconds); null where the store is a file on this machine. */
  clock: number | null
  /** Whether a commit waits until it is on a disk. */
  durable: boolean
}

/** Looks at the store that a `DATABASE_URL` names; throws what the store throws when it cannot be read. */
export function storeFacts(url: string): Promise<StoreFacts> {
  return isPostgres(url) ? postgresFacts(url) : Promise.try(() => sqliteFacts(url))
}

function sqliteFacts(file: string): StoreFacts {
  const connection = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 2000 })
  try {
    const version = connection.prepare('select sqlite_version()').pluck().get()
    const said = connection.pragma('quick_check(10)') as { quick_check: string }[]
    const damage = said.map(({ quick_check }) => quick_check).filter((words) => words !== 'ok')
    return { version: `SQLite ${version}`, damage, clock: null, durable: true }
  } finally {
    connection.close()
  }
}

async function postgresFacts(connectionString: string): Promise<StoreFacts> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000, query_timeout: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const asked =
      "select current_setting('server_version') as version, current_setting('synchronous_commit') as waits, clock_timestamp() as clock"
    const { rows } = await client.query<{ version: string; waits: string; clock: Date }>(asked)
    const { version = '', waits = '', clock } = rows[0] ?? {}
    const moment = clock?.getTime() ?? null
    return { version: `PostgreSQL ${version}`, damage: [], clock: moment, durable: waits !== 'off' }
  } finally {
    await client.end()
  }
}
