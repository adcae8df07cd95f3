import { sql } from 'kysely'
import type { Database } from '../platform/database.ts'
import { startTestApp } from './http.ts'
import { postgresStore } from './postgres.ts'
import { type Side, sideOf } from './same-answers.ts'
import { worldOn, worldOnSqlite } from './world.ts'

/** One server on SQLite and one on PostgreSQL; `fresh` takes out what was written, and begins anew on both. */
export async function sides() {
  const sqlite = await worldOnSqlite()
  const postgres = worldOn(await postgresStore())
  const servers = [await startTestApp(sqlite), await startTestApp(postgres)] as const
  const emptySqlite = await emptying(sqlite.db)
  async function fresh(): Promise<[Side, Side]> {
    await emptySqlite()
    await sql`select as_new()`.execute(postgres.db)
    return [await sideOf(sqlite, servers[0]), await sideOf(postgres, servers[1])]
  }
  async function close() {
    for (const { app } of servers) await app.close()
    for (const { db } of [sqlite, postgres]) await db.destroy()
  }
  return { fresh, close, postgres }
}

/** A function that makes a SQLite database as it is now, as `as_new` does on PostgreSQL. */
async function emptying(db: Database) {
  const tables = (await db.introspection.getTables()).map(({ name }) => name)
  const kept = tables.filter((name) => !/^(search_words|sqlite_)/.test(name))
  for (const name of kept)
    await sql.raw(`create table temp.first_${name} as select * from main.${name}`).execute(db)
  return async () => {
    await sql`pragma foreign_keys = off`.execute(db)
    for (const name of kept) {
      await sql.raw(`delete from main.${name}`).execute(db)
      await sql.raw(`insert into main.${name} select * from temp.first_${name}`).execute(db)
    }
    await sql`pragma foreign_keys = on`.execute(db)
  }
}
