import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'
import { sqliteFile } from '../platform/database.ts'

const others = 0o007
/** What Shiplog makes in its data folder; a folder that holds anything else is somebody's for other things too. */
const ours =
  /^(secret|pages(\.old)?|backups|before-upgrade|lost\+found|\.restoring-.*|.*\.db(-wal|-shm|-journal|\.lock|\.replaced-.*)?)$/

/**
 * Takes away what everybody on this machine may do with the secret and the database: a copy or a volume often comes
 * with more than it should. What cannot be taken away from a file stops the start; a folder that holds only what is
 * ours is closed where it is ours to close. Rights of a group stay: volumes are shared by them. Returns what was closed.
 */
export function closeToOthers({
  data_dir,
  database_url,
}: {
  data_dir: string
  database_url: string
}): string[] {
  if (process.platform === 'win32') return [] // rights are not told in these bits there
  const database = sqliteFile(database_url)
  const stores = database === null ? [] : ['', '-wal', '-shm'].map((end) => `${database}${end}`)
  const files = [join(data_dir, 'secret'), ...stores].filter((file) => isOpen(file))
  for (const file of files) closeFile(file)
  const folders = isOpen(data_dir) && readdirSync(data_dir).every((name) => ours.test(name)) ? [data_dir] : []
  return [...files, ...folders.filter(closed)]
}

function isOpen(path: string): boolean {
  return existsSync(path) && (statSync(path).mode & others) !== 0
}

function closed(path: string): boolean {
  try {
    chmodSync(path, statSync(path).mode & 0o7770)
    return true
  } catch {
    return false
  }
}

function closeFile(path: string) {
  if (closed(path) && !isOpen(path)) return
  const words = `Everybody on this machine can read or write ${path}, and that could not be changed. Run: chmod o-rwx ${path}`
  throw new ConfigError(words)
}
