/**
 * Whether the store itself is at fault (full, read-only, unreadable, gone, in another's way) and not what was asked of
 * it: then whoever asked has to come again. SQLite names its faults; PostgreSQL numbers them.
 */
export function isOfTheStore(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return (
    /^SQLITE_(FULL|READONLY|IOERR|BUSY|CANTOPEN|CORRUPT|NOTADB|NOMEM)/.test(code) ||
    /^(08|25|40|53|57)\w{3}$/.test(code) ||
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code)
  )
}

/** Whether a SQLite file is not what it was: no waiting helps, a backup does. */
export function isDamaged(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: unknown } | null)?.code ?? ''))
}

/** What to do about a damaged file, for the log and the terminal. */
export const howToMend =
  'Its file is damaged: keep a copy of it, then put the newest backup in its place with “shiplog restore”.'
