import { sql } from 'kysely'
import type { Database } from './database.ts'
import { isSqlite } from './locks.ts'

type Settings = { synchronous_commit: string; fsync: string; encoding: string; standby: boolean }

/** What about a PostgreSQL server breaks a promise of Shiplog's, one sentence each; a SQLite file has nothing of the kind. */
export async function postgresWarnings(db: Database): Promise<string[]> {
  if (isSqlite(db)) return []
  const { rows } = await sql<Settings>`select current_setting('synchronous_commit') as synchronous_commit,
    current_setting('fsync') as fsync, current_setting('server_encoding') as encoding,
    pg_is_in_recovery() as standby`.execute(db)
  return rows[0] ? warningsOf(rows[0]) : []
}

function warningsOf({ synchronous_commit, fsync, encoding, standby }: Settings) {
  const promise = 'what was acknowledged can be lost when it loses power'
  return [
    synchronous_commit === 'off' ? `synchronous_commit is off in PostgreSQL: ${promise}. Set it to on.` : '',
    fsync === 'off' ? `fsync is off in PostgreSQL: ${promise}, and the database with it. Set it to on.` : '',
    encoding === 'UTF8'
      ? ''
      : `The database is encoded in ${encoding}: make it anew with UTF8, or texts are refused.`,
    standby ? 'This PostgreSQL is a standby: nothing can be written. Connect to the primary.' : '',
  ].filter(Boolean)
}
