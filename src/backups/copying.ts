import { closeSync, createReadStream, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import Sqlite from 'better-sqlite3'
import { syncFile, syncSome } from './files.ts'
import { type Facts, newDigest } from './manifest.ts'

export type Copied = Pick<Facts, 'sqlite_version' | 'migrations' | 'rows' | 'journal' | 'size' | 'sha256'>

/**
 * Copies a SQLite store that others write to meanwhile, as it is at one moment, into one file without a log beside it;
 * checks the copy from its first page to its last, counts what is in it and takes its digest. Everything that a store
 * acknowledged before this began is in the copy. It reads and writes hundreds of megabytes: run it in a thread.
 */
export async function copyStore({ database, to }: { database: string; to: string }): Promise<Copied> {
  const source = new Sqlite(database, { readonly: true, fileMustExist: true, timeout: 5000 })
  try {
    // a snapshot that is held: without it each write of the server makes the copy begin anew
    source.exec('begin')
    source.prepare('select count(*) from sqlite_schema').get()
    await copyPages(source, to)
  } finally {
    source.close()
  }
  const told = checkedCopy(to)
  syncFile(to)
  return { ...told, size: (await stat(to)).size, sha256: await sha256Of(to) }
}

const pagesAtOnce = 256
const pagesUnsynced = 1024

/** Puts what is copied on the disk bit by bit: much at once at the end would hold up whoever commits meanwhile. */
async function copyPages(source: Sqlite.Database, to: string) {
  let file: number | undefined
  let unsynced = 0
  try {
    await source.backup(to, {
      progress() {
        unsynced += pagesAtOnce
        if (unsynced >= pagesUnsynced) {
          file ??= openSync(to, 'r+')
          syncSome(file)
          unsynced = 0
        }
        return pagesAtOnce
      },
    })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The digest of a file. */
export async function sha256Of(file: string): Promise<string> {
  const digest = newDigest()
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), digest)
  return digest.digest('hex')
}

function checkedCopy(file: string) {
  const copy = new Sqlite(file, { fileMustExist: true })
  try {
    copy.pragma('synchronous = FULL')
    copy.pragma('journal_mode = DELETE') // one file, which can be read where nothing can be written
    const wrong = faultIn(copy)
    if (wrong) throw new Error(`The database is damaged, so that no backup can be made of it: ${wrong}`)
    return factsOf(copy)
  } finally {
    copy.close()
  }
}

/** What is wrong with a store's pages, indexes and references, in SQLite's words; null when nothing is. */
export function faultIn(store: Sqlite.Database): string | null {
  const found = store.pragma('integrity_check(5)', { simple: false }) as { integrity_check: string }[]
  const words = found.map((row) => row.integrity_check).filter((row) => row !== 'ok')
  if (words.length > 0) return words.join('; ')
  const [stray] = store.pragma('foreign_key_check') as { table: string; parent: string }[]
  return stray ? `a row of ${stray.table} points at nothing in ${stray.parent}` : null
}

type Sealed = { seq: number; seal: string }

/** What a manifest says of a store's insides. */
export function factsOf(store: Sqlite.Database): Omit<Copied, 'size' | 'sha256'> {
  const all = <T>(sql: string) => store.prepare(sql).pluck().all() as T[]
  const tables = all<string>(`select name from pragma_table_list where schema = 'main' and type = 'table'`)
  if (!tables.includes('kysely_migration')) throw new Error('This is no database of Shiplog.')
  const ours = tables.filter((name) => !/^(sqlite_|kysely_|_)/.test(name)).sort()
  const rows = ours.map((name) => [name, all<number>(`select count(*) from "${name}"`)[0] ?? 0])
  const head = tables.includes('journal_head')
    ? (store.prepare(`select seq, seal from journal_head where id = 'head'`).get() as Sealed | undefined)
    : undefined
  return {
    sqlite_version: all<string>('select sqlite_version()')[0] ?? '',
    migrations: all<string>('select name from kysely_migration order by name'),
    rows: Object.fromEntries(rows),
    journal: {
      newest_id: tables.includes('journal')
        ? (all<string | null>('select max(id) from journal')[0] ?? null)
        : null,
      sealed_seq: head?.seq ?? null,
      seal: head?.seal ?? null,
    },
  }
}
