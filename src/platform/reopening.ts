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

  function prepare(sql: string): Sqlite.Statement {
    if (fault && begun) {
      if (sql === 'rollback') begun = false
      throw fault
    }
    fault = undefined
    connection ??= watch(open)
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
        const result = watch(() => statement.run(parameters))
        if (begins || ends) begun = begins
        return result
      },
      iterate: (parameters: unknown[]) => statement.iterate(parameters),
    } as unknown as Sqlite.Statement
  }

  return { prepare: (sql: string) => watch(() => prepare(sql)), close: drop } as SqliteDatabase
}
