import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../platform/refusal.ts'
import { keyId } from '../platform/seal.ts'
import { version } from '../platform/version.ts'
import { copyStore } from './copying.ts'
import { syncFolder, writeDurably } from './files.ts'
import { type Facts, manifestText, names } from './manifest.ts'
import { nameAt } from './naming.ts'

export type Wanted = {
  /** The path of the SQLite file. */
  database: string
  /** Where backups lie, each in a folder of its own. */
  folder: string
  secret: Buffer
  now: Date
  /** What stands behind the moment in its name. */
  label?: string
}

export type Made = { path: string; facts: Facts }

/**
 * Makes a backup in this very thread, which waits for the disk: copied, checked, described, put on the disk, and only
 * then given its name, so that what has a name is whole. Whatever fails leaves nothing behind. Returns its folder.
 */
export async function makeBackupHere(wanted: Wanted, copy = copyStore): Promise<Made> {
  const { database, folder, secret, now } = wanted
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  forgetHalves(folder, now)
  await refuseWithoutRoom(database, folder)
  const draft = mkdtempSync(join(folder, half))
  try {
    const to = join(draft, names.database)
    const copied = await copy({ database, to })
    chmodSync(to, 0o600)
    const facts: Facts = { ...copied, ...about(secret, now) }
    const manifest = join(draft, names.manifest)
    writeDurably(manifest, manifestText(secret, facts))
    syncFolder(draft)
    return { path: named(draft, wanted), facts }
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  }
}

function about(secret: Buffer, now: Date) {
  const format = 'shiplog-backup-1' as const
  return { format, made_at: now.toISOString(), program_version: version, secret_key_id: keyId(secret) }
}

/** Two that were made in the same millisecond have names that differ all the same. */
function named(draft: string, { folder, now, label }: Wanted): string {
  for (let later = 0; ; later += 1) {
    const path = join(folder, nameAt(new Date(now.getTime() + later), label))
    if (existsSync(path)) continue
    try {
      renameSync(draft, path)
    } catch (error) {
      if (['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) continue
      throw error
    }
    syncFolder(folder)
    return path
  }
}

const half = '.half-'
const day = 86_400_000

/** What a killed process left; a backup that is still being made is younger. */
function forgetHalves(folder: string, now: Date) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const since = name.startsWith(half) ? statSync(path, { throwIfNoEntry: false })?.mtimeMs : undefined
    if (since !== undefined && since < now.getTime() - day) rmSync(path, { recursive: true, force: true })
  }
}

/** Bytes that a backup leaves free: whoever delivers needs the disk more than we do. */
const reserve = 32 * 1024 * 1024

async function refuseWithoutRoom(database: string, folder: string) {
  const needed = [database, `${database}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    reserve,
  )
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= needed) return
  const [wants, free] = [needed, bavail * bsize].map((bytes) => Math.ceil(bytes / 1024 / 1024))
  throw new Refusal('unavailable', `A backup in ${folder} needs ${wants} MB free there, and ${free} MB are.`)
}
