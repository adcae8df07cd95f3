/**
 * Whether the store itself is at fault (full, read-only, unreadable, gone, in another's way) and not what was asked of
 * it: then whoever asked has to come again. SQLite names its faults; PostgreSQL numbers them.
 */
export function isOfTheStore(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return (
    /^SQLITE_(FULL|READONLY|IOERR|BUSY|CANTOPEN|CORRUPT|NOTADB|NOMEM)/.test(String(code ?? '')) ||
    /^(08|25|40|53|55|57|58)\w{3}$/.test(String(code ?? '')) ||
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(
      String(code ?? ''),
    ) ||
    lostConnection.test(String(message ?? ''))
  )
}

/** Whether a SQLite file is not what it was: no waiting helps, a backup does. */
export function isDamaged(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: unknown } | null)?.code ?? ''))
}

/** What to do about a damaged file, for the log and the terminal. */
export const howToMend =
  'Its file is damaged: keep a copy of it, then put the newest backup in its place with “shiplog restore”.'

/** What the driver says of a connection that went away has no code. */
const lostConnection =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect)/

/**
 * Whether the store undid a transaction for the sake of another, so that it may simply run again: a deadlock, a
 * conflict that a distributed store found, or an id that another node made in the same millisecond (one in 840,000).
 */
export function mayRunAgain(error: unknown): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  if (code === '40001' || code === '40P01') return true
  return code === '23505' && /_pkey$/.test(String(constraint ?? ''))
}
