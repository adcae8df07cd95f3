import { statSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'

/** How long (milliseconds) a file that was found damaged is not read through again. */
const pause = 1_000
/** Reading a larger file through (bytes) would keep everybody waiting; its backups are read through instead. */
const largest = 2 * 2 ** 30

/**
 * Opens a SQLite file only when it is whole: every page is looked at first (0.6 s for 500 MB), because half of
 * a store would be served as if it were all, and written to. A file that lost all its bytes is damaged too, where one
 * `must_exist`: SQLite would take it for a new one. One that was mended is opened.
 */
export function onlySound(open: () => Sqlite.Database, path: string, must_exist: boolean) {
  let refused: { error: Error; until: number } | undefined

  function refuse(found: string): never {
    const error = Object.assign(new Error(`The database is damaged. ${found}`), { code: 'SQLITE_CORRUPT' })
    refused = { error, until: performance.now() + pause }
    throw error
  }

  return () => {
    if (refused && performance.now() < refused.until) throw refused.error
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (must_exist && size === 0) refuse('The file is empty.')
    const connection = open()
    const found = (size ?? 0) > largest ? null : firstFlaw(connection)
    if (found === null) return connection
    connection.close()
    refuse(found)
  }
}

function firstFlaw(connection: Sqlite.Database): string | null {
  try {
    const found = String(connection.pragma('quick_check(1)', { simple: true }))
    return found === 'ok' ? null : found
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_CORRUPT')) return String(error)
    throw error
  }
}
