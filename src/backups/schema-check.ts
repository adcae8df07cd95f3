import Sqlite from 'better-sqlite3'
import { openSqlite } from '../platform/database.ts'
import { knownMigrations, migrateTo } from '../platform/migrate.ts'

type Piece = { type: string; name: string; tbl_name: string; sql: string | null }

/**
 * What is in a store's schema that our migrations do not make, or what lacks, in words; null when it is exactly what
 * they make. Triggers, views and expressions of somebody else would run as soon as the store is written to. Tables
 * whose names begin with `_` are other programs' (Litestream keeps two) and may stand there, if they are plain.
 */
export async function strangeIn(store: Sqlite.Database): Promise<string | null> {
  const pieces = piecesOf(store)
  if (!pieces.some(({ name }) => name === 'kysely_migration')) return 'it is no database of Shiplog'
  const done = store.prepare('select name from kysely_migration order by name').pluck().all() as string[]
  const known = await knownMigrations()
  const newer = done.filter((name) => !known.includes(name))
  if (newer.length > 0)
    return `it was made by a newer Shiplog (it has ${newer.join(', ')}); restore it with that version`
  if (done.length === 0 || done.some((name, place) => name !== known[place])) {
    return 'it was not migrated as any version of Shiplog does'
  }
  return difference(pieces, await piecesAfter(done.at(-1) ?? ''))
}

function difference(found: Piece[], wanted: Piece[]): string | null {
  const right = new Map(wanted.map((piece) => [`${piece.type} ${piece.name}`, normal(piece)]))
  for (const piece of found) {
    const key = `${piece.type} ${piece.name}`
    if (right.get(key) === normal(piece)) right.delete(key)
    else if (right.has(key)) return `its ${key} is not as Shiplog makes it`
    else if (!isForeignTable(piece)) return `it holds something that Shiplog did not make: the ${key}`
  }
  const [lacking] = right.keys()
  return lacking ? `its ${lacking} is gone` : null
}

/** A table of another program, or an index on one; and what SQLite keeps about its own tables. */
function isForeignTable({ type, name, tbl_name, sql }: Piece): boolean {
  if (/^sqlite_(stat[14]|sequence)$/.test(name)) return type === 'table'
  if (!tbl_name.startsWith('_')) return false
  return type === 'index' ? sql === null : type === 'table' && /^create table\b/i.test(sql ?? '')
}

function normal({ sql, tbl_name }: Piece): string {
  return `${tbl_name} ${(sql ?? '').replace(/\s+/g, ' ')}`
}

function piecesOf(store: Sqlite.Database): Piece[] {
  return store.prepare('select type, name, tbl_name, sql from sqlite_schema').all() as Piece[]
}

async function piecesAfter(migration: string): Promise<Piece[]> {
  const connection = new Sqlite(':memory:')
  const db = openSqlite(connection)
  try {
    await migrateTo(db, migration)
    return piecesOf(connection)
  } finally {
    await db.destroy()
  }
}
