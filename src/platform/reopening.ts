import { statSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'

const mostStatements = 500
/** After these the connection itself is of no use any more: the file is not what it was. */
const beyondUse = /^SQLITE_(CORRUPT|NOTADB|CANTOPEN|IOERR|READONLY_DBMOVED)/

/**
 * A SQLite connection that is opened at its first use, and anew after it broke, so that a file that was put back is
 * served again without a restart. A transaction on a broken connection stays broken until its end.
 */
export function reopening(open: () => Sqlite.Database): SqliteDatabase {
  let connection: Sqlite.Database | undefined
  let kept = new Map<string, Sqlite.Statement>()
  let fault: Error | undefined
  let begun = false
  let opened: string | null = null

  function watch<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (beyondUse.test(String((error as { code?: unknown }).code))) {
        fault = error as Error
        drop()
      }
      throw error
    }
  }

  function drop() {
    kept = new Map()
    try {
      connection?.close()
    } catch {} // a file that cannot be read cannot always be closed either
    connection = undefined
  }

  /** A file that was moved away can still be written, and nobody would find there what was acknowledged. */
  function refuseMoved() {
    if (!connection || opened === fileOf(connection)) return
    const words = 'The database file is not where it was when it was opened.'
    throw Object.assign(new Error(words), { code: 'SQLITE_READONLY_DBMOVED' })
  }

  function prepare(sql: string): Sqlite.Statement {
    if (fault && begun) {
      if (sql === 'rollback') begun = false
      throw fault
    }
    fault = undefined
    if (!connection) {
      connection = watch(open)
      opened = fileOf(connection)
    }
    const known = kept.get(sql)
    if (known) return known
    // preparing a statement costs more than most of ours take to run, so each is prepared once and kept
    const statement = watched(connection.prepare(sql), sql)
    if (kept.size >= mostStatements) kept.clear()
    kept.set(sql, statement)
    return statement
  }

  function watched(statement: Sqlite.Statement, command: string): Sqlite.Statement {
    const begins = command.startsWith('begin')
    const ends = command === 'commit' || command === 'rollback'
    return {
      reader: statement.reader,
      all: (parameters: unknown[]) => watch(() => statement.all(parameters)),
      run: (parameters: unknown[]) => {
        if (begins) watch(refuseMoved)
        const result = watch(() => statement.run(parameters))
        if (begins || ends) begun = begins
        return result
      },
      iterate: (parameters: unknown[]) => statement.iterate(parameters),
    } as unknown as Sqlite.Statement
  }

  return { prepare: (sql: string) => watch(() => prepare(sql)), close: drop } as SqliteDatabase
}

/** Which file of the disk stands at a connection's address; null for none, or a store in memory. */
function fileOf({ memory, name }: Sqlite.Database): string | null {
  const file = memory ? undefined : statSync(name, { throwIfNoEntry: false })
  return file ? `${file.dev} ${file.ino}` : null
}
