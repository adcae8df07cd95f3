import { SqliteAdapter, sql } from 'kysely'
import type { Context } from '../platform/context.ts'

/** From now on the store itself refuses rows of `table` for which `condition` (on `new`) holds; answers the way back. */
export async function refuseRows({ db }: Pick<Context, 'db'>, table: string, condition: string) {
  const onSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const begin = `create trigger refusal before insert on ${table}`
  if (onSqlite) {
    const says = `select raise(abort, 'on purpose')`
    await sql.raw(`${begin} when ${condition} begin ${says}; end`).execute(db)
  } else {
    const says = `begin raise exception 'on purpose'; end`
    await sql
      .raw(
        `create or replace function refuse() returns trigger language plpgsql as '${says.replaceAll("'", "''")}'`,
      )
      .execute(db)
    await sql.raw(`${begin} for each row when (${condition}) execute function refuse()`).execute(db)
  }
  return async () => {
    await sql.raw(`drop trigger refusal${onSqlite ? '' : ` on ${table}`}`).execute(db)
  }
}
