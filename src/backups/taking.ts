import { createWriteStream, lstatSync, readFileSync, statSync } from 'node:fs'
import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import Sqlite from 'better-sqlite3'
import { Refusal } from '../platform/refusal.ts'
import { keyId } from '../platform/seal.ts'
import { factsOf, faultIn } from './copying.ts'
import { longestManifest, type Manifest, names, newDigest, readManifest, signedBy } from './manifest.ts'
import { strangeIn } from './schema-check.ts'

type Given = { backup: string; secret: Buffer; other_secret: boolean }

/** Refuses a backup in a sentence that begins with its name. */
function no(backup: string, words: string): never {
  throw new Refusal('unavailable', `${backup} is not restored: ${words}.`)
}

/** Reads what a backup says of itself; a manifest that somebody changed, or made under another secret, is refused. */
export function manifestOf({ backup, secret, other_secret }: Given): Manifest {
  if (!statSync(backup, { throwIfNoEntry: false })?.isDirectory()) {
    no(backup, 'it is no folder. A backup is a folder that holds manifest.json and shiplog.db')
  }
  for (const name of [names.manifest, names.database]) {
    const file = lstatSync(join(backup, name), { throwIfNoEntry: false })
    if (!file) no(backup, `it holds no ${name}`)
    if (!file.isFile()) no(backup, `its ${name} is no plain file`)
  }
  const path = join(backup, names.manifest)
  if (statSync(path).size > longestManifest) no(backup, 'its manifest is too long')
  const manifest = readManifest(readFileSync(path, 'utf8'))
  if ('wrong' in manifest) no(backup, manifest.wrong)
  const signer = signedBy(secret, manifest)
  if (signer === 'changed') no(backup, 'its manifest was changed since it was made')
  if (signer === 'another' && !other_secret) {
    const words = `it was made under another SHIPLOG_SECRET (key ${manifest.secret_key_id}, here ${keyId(secret)}). Give that one back first (the file “secret” in the data folder); or, if it is lost and you trust this backup, say --other-secret: the secrets of sources and receivers must then be entered anew`
    no(backup, words)
  }
  return manifest
}

/**
 * Copies a backup's database to a new file, and refuses it unless it is byte for byte what its manifest says, whole,
 * and made of nothing but what our migrations make. The copy is checked, not the backup: it cannot change meanwhile.
 */
export async function takeDatabase(backup: string, manifest: Manifest, to: string) {
  const sha256 = await copyPlainFile(join(backup, names.database), to, manifest.size).catch((error) =>
    error instanceof TypeError ? no(backup, error.message) : Promise.reject(error),
  )
  if (sha256 !== manifest.sha256) {
    no(backup, 'its database is damaged or was changed: its SHA-256 is not the one in the manifest')
  }
  let store: Sqlite.Database | undefined
  try {
    store = new Sqlite(to, { readonly: true, fileMustExist: true })
    store.pragma('trusted_schema = OFF')
    store.pragma('cell_size_check = ON')
    const wrong = (await strangeIn(store)) ?? damageIn(store) ?? liesIn(store, manifest)
    if (wrong) no(backup, wrong)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('SQLITE_')) no(backup, `its database cannot be read (${code}: ${message})`)
    throw error
  } finally {
    store?.close()
  }
}

function damageIn(store: Sqlite.Database): string | null {
  const fault = faultIn(store)
  return fault ? `its database is damaged: ${fault}` : null
}

function liesIn(store: Sqlite.Database, manifest: Manifest): string | null {
  const { sqlite_version, ...told } = factsOf(store)
  const { rows, migrations, journal } = manifest
  return isDeepStrictEqual(told, { migrations, rows: { ...rows }, journal })
    ? null
    : 'its database does not hold what its manifest says'
}

/** No link is followed, nothing but a file is read, and no more of it than the manifest says. */
async function copyPlainFile(from: string, to: string, size: number): Promise<string> {
  const file = await open(from, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new TypeError('its database is no plain file')
    if (found.size !== size) {
      throw new TypeError(`its database has ${found.size} bytes, and the manifest says ${size}`)
    }
    const digest = newDigest()
    const source = file.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })
    source.on('data', (bytes) => digest.update(bytes))
    await pipeline(source, createWriteStream(to, { flags: 'wx', mode: 0o600 }))
    return digest.digest('hex')
  } finally {
    await file.close()
  }
}
