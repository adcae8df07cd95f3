import { type Kysely, sql } from 'kysely'

/** What the team noted and what was learned can be found too: everything is read anew by the next search. */
export async function up(db: Kysely<unknown>) {
  await sql`delete from search_state`.execute(db)
}
