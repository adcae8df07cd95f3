import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import { isSqlite } from './locks.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration sees the schema of its own day, which has no type
type AnyKysely = Kysely<any>

type Columns = {
  /** Ids, keys, times and words: compared byte by byte on both stores. */
  text(
    name: string,
    options?: { nullable?: true; unique?: true; primary?: true; references?: string },
  ): Columns
  integer(name: string, options?: { nullable?: true }): Columns
  bytes(name: string, options?: { nullable?: true }): Columns
}

/**
 * Makes a table alike on both stores: STRICT on SQLite; on PostgreSQL text is `COLLATE "C"`, so that ids and times
 * sort as they do on SQLite. Columns are required unless said to be nullable.
 */
export async function createTable(
  db: AnyKysely,
  name: string,
  describe: (columns: Columns) => void,
  finish = asItIs,
) {
  const sqlite = isSqlite(db)
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name)
  const columns: Columns = {
    text(column, options = {}) {
      table = table.addColumn(column, sqlite ? 'text' : sql`text collate "C"`, (built) => {
        let one = options.nullable ? built : built.notNull()
        if (options.primary) one = one.primaryKey()
        if (options.unique) one = one.unique()
        return options.references ? one.references(options.references) : one
      })
      return columns
    },
    integer(column, options = {}) {
      table = table.addColumn(column, 'integer', (built) => (options.nullable ? built : built.notNull()))
      return columns
    },
    bytes(column, options = {}) {
      const type = sqlite ? 'blob' : 'bytea'
      table = table.addColumn(column, type, (built) => (options.nullable ? built : built.notNull()))
      return columns
    },
  }
  describe(columns)
  table = finish(table)
  if (sqlite) table = table.modifyEnd(sql`strict`)
  await table.execute()
}

type AnyTable = CreateTableBuilder<string, string>
function asItIs(table: AnyTable): AnyTable {
  return table
}

/** Adds texts to a table that stands already, alike on both stores; rows that are there get `initial`, or null. */
export async function addTexts(db: AnyKysely, table: string, columns: Record<string, string | null>) {
  const type = isSqlite(db) ? 'text' : sql`text collate "C"`
  for (const [name, initial] of Object.entries(columns)) {
    await db.schema
      .alterTable(table)
      .addColumn(name, type, (built) => (initial === null ? built : built.notNull().defaultTo(initial)))
      .execute()
  }
}

/** Adds whole numbers that may be unknown to a table that stands already. */
export async function addIntegers(db: AnyKysely, table: string, columns: string[]) {
  for (const name of columns) await db.schema.alterTable(table).addColumn(name, 'integer').execute()
}

/** At most one row for these columns among those where `unended` is null. */
export async function createUniqueIndex(db: AnyKysely, table: string, columns: string[], unended: string) {
  await db.schema
    .createIndex([table, ...columns, 'open'].join('_'))
    .on(table)
    .columns(columns)
    .unique()
    .where(unended, 'is', null)
    .execute()
}

/** An index of the rows in which `told` is not null: writing any other row costs it nothing. */
export async function createPartialIndex(
  db: AnyKysely,
  table: string,
  columns: string[],
  told: string,
  name = [table, ...columns, 'told'].join('_'),
) {
  await db.schema
    .createIndex(name)
    .on(table)
    .columns<string>(columns)
    .where(sql.ref(told), 'is not', null)
    .execute()
}

/** An index named after its table and columns. */
export async function createIndex(db: AnyKysely, table: string, ...columns: string[]) {
  await db.schema
    .createIndex([table, ...columns].join('_'))
    .on(table)
    .columns(columns)
    .execute()
}
