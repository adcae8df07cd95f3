/** Why Shiplog is not ready, in one word for machines; the words for people say no more than that word does. */
export const reasons = {
  starting: 'It is starting.',
  draining: 'It is stopping, and finishes what it has begun.',
  missing: 'The database file is not where it was. Put it back, or restore a backup: shiplog restore.',
  corrupt: 'The database file is damaged. Restore the newest backup: shiplog restore.',
  'read-only': 'The database cannot be written: its file or its disk is read-only.',
  full: 'The disk is full. Make room; nothing needs to be restarted.',
  locked: 'Another program holds the database.',
  broken: 'The disk that the database is on fails.',
  unreachable: 'The database server does not answer.',
  migrations: 'The database has an older schema than this version. Restart Shiplog, or run: shiplog migrate.',
  store: 'The database cannot be used.',
} as const
export type Reason = keyof typeof reasons

const ofCodes: [RegExp, Reason][] = [
  [/^SQLITE_(CANTOPEN|READONLY_DBMOVED)/, 'missing'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'corrupt'],
  [/^SQLITE_FULL/, 'full'],
  [/^SQLITE_READONLY/, 'read-only'],
  [/^SQLITE_(BUSY|LOCKED)/, 'locked'],
  [/^SQLITE_IOERR/, 'broken'],
  [/^42P01$/, 'migrations'],
  [/^53100$/, 'full'],
  [/^25006$/, 'read-only'],
  [/^(08|57|53)\w{3}$|^E[A-Z_]{4,}$/, 'unreachable'],
]

/** What a fault of the store means. */
export function reasonOf(error: unknown): Reason {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const known = ofCodes.find(([codes]) => codes.test(String(code ?? '')))
  if (known) return known[1]
  if (/^no such table/.test(String(message ?? ''))) return 'migrations'
  return /timeout|terminated|did not answer/i.test(String(message ?? '')) ? 'unreachable' : 'store'
}
