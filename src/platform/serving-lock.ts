import Sqlite from 'better-sqlite3'

/**
 * Says to other processes of this machine that a SQLite store is in use: any number may `share` it, and who wants it
 * `alone` gets it only while nobody does. The system itself lets go when a process ends, however it ends. Returns how
 * to let go, or null when somebody else is in the way. Where no lock can be written, nothing is held and nobody refused.
 */
export function holdStore(database: string, how: 'share' | 'alone'): (() => void) | null {
  let lock: Sqlite.Database | undefined
  try {
    lock = new Sqlite(`${database}.lock`, { timeout: 0 })
    lock.pragma('journal_mode = MEMORY') // it never holds anything, so it needs no file beside it
    lock.exec(how === 'alone' ? 'begin exclusive' : 'begin')
    lock.prepare('select count(*) from sqlite_schema').get()
    const held = lock
    return () => void held.close()
  } catch (error) {
    lock?.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return null
    return () => {}
  }
}
