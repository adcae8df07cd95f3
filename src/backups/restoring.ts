import { closeSync, existsSync, mkdtempSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { endEverySession } from '../accounts/sessions.ts'
import { record } from '../journal/journal.ts'
import { pauseCalls } from '../outbound/pause.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { Refusal } from '../platform/refusal.ts'
import { holdStore } from '../platform/serving-lock.ts'
import { syncFile, syncFolder } from './files.ts'
import { names } from './manifest.ts'
import { nameAt } from './naming.ts'
import { manifestOf, takeDatabase } from './taking.ts'

type Wanted = {
  /** The folder of the backup. */
  backup: string
  /** The path of the SQLite file that it takes the place of. */
  database: string
  /** Whether a database that is there may be put aside. */
  force: boolean
  /** Whether a backup that was made under another secret is taken all the same. */
  other_secret: boolean
  /** Where renderings of public pages are kept: they may tell what the restored data does not know. */
  pages: string
}
type Base = Omit<Context, 'db'>
export type Restored = { made_at: string; aside: string | null }

/**
 * Puts a backup in the place of a database, whole or not at all: it is copied beside it, checked, brought to today's
 * schema, told to keep quiet towards others and to sign everybody out, and then renamed. What was there before is kept
 * under another name. Refused while anybody uses the database.
 */
export async function restoreBackup(base: Base, wanted: Wanted): Promise<Restored> {
  const { backup, database, force, pages } = wanted
  const manifest = manifestOf({ ...wanted, secret: base.secret })
  const letGo = holdStore(database, 'alone')
  if (!letGo) throw new Refusal('conflict', `Shiplog is running on ${database}. Stop it first.`)
  let draft: string | undefined
  try {
    if (!force) refuseExisting(database)
    draft = mkdtempSync(join(dirname(database), '.restoring-'))
    const fresh = join(draft, names.database)
    await takeDatabase(backup, manifest, fresh)
    refuseOpen(database)
    await makeReady(base, fresh, manifest.made_at)
    const aside = putAside(database, base.now())
    renameSync(fresh, database)
    syncFolder(dirname(database))
    rmSync(pages, { recursive: true, force: true })
    return { made_at: manifest.made_at, aside }
  } finally {
    if (draft) rmSync(draft, { recursive: true, force: true })
    letGo()
  }
}

function refuseExisting(database: string) {
  if (!existsSync(database)) return
  const words = `There is a database at ${database}. With --force it is put aside, under another name beside it, and the backup takes its place.`
  throw new Refusal('conflict', words)
}

/**
 * Only whoever alone has a store open can take it out of its log's mode, which also brings what is in the log into the
 * file. What is no store any more is not opened, so that it is put aside as it was found.
 */
function refuseOpen(database: string) {
  if (!isStore(database)) return
  let store: Sqlite.Database | undefined
  try {
    store = new Sqlite(database, { fileMustExist: true, timeout: 0 })
    if (store.pragma('journal_mode = DELETE', { simple: true }) === 'delete') return
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') return // broken within: put aside too
  } finally {
    store?.close()
  }
  const words = `Another program has ${database} open (a command of Shiplog, sqlite3, Litestream). Stop it first.`
  throw new Refusal('conflict', words)
}

function isStore(database: string): boolean {
  if (!existsSync(database)) return false
  const file = openSync(database, 'r')
  const head = Buffer.alloc(16)
  readSync(file, head)
  closeSync(file)
  return head.toString('latin1') === 'SQLite format 3\0'
}

/** Today's schema, nothing sent until a person says so, and nobody signed in who signed out since. */
async function makeReady(base: Base, file: string, made_at: string) {
  const db = openDatabase(file, { must_exist: true })
  try {
    await migrateToLatest(db, { log: base.log })
    await inTransaction({ ...base, db }, async (ctx) => {
      await pauseCalls(
        ctx,
        `The data was restored as it was on ${made_at.slice(0, 16).replace('T', ' at ')} UTC.`,
      )
      await endEverySession(ctx)
      await record(ctx, { action: 'store.restored', subject: ['site', 'site'], detail: { made_at } })
    })
  } finally {
    await db.destroy()
  }
  const store = new Sqlite(file)
  store.pragma('journal_mode = DELETE')
  store.close()
  syncFile(file)
}

/** Moves a database away with the log beside it, which may hold what the file does not; also a log without a database. */
function putAside(database: string, now: Date): string | null {
  const aside = `${database}.${nameAt(now).replace('shiplog', 'replaced')}`
  const was = existsSync(database)
  for (const end of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(`${database}${end}`)) renameSync(`${database}${end}`, `${aside}${end}`)
  }
  return was ? aside : null
}
