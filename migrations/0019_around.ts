import { type Kysely, SqliteAdapter, sql } from 'kysely'
import { addTexts, createIndex, createTable } from '../src/platform/schema.ts'

/** Who runs a component, what can be searched, and who wants no single letters on the keyboard. */
export async function up(db: Kysely<unknown>) {
  await addTexts(db, 'components', { owners: '', owners_url: '', chat_url: '', runbook_url: '' })
  await addTexts(db, 'users', { shortcuts_off_at: null })
  if (db.getExecutor().adapter instanceof SqliteAdapter) await searchOnSqlite(db)
  else await searchOnPostgres(db)
  await createIndex(db, 'search_documents', 'about')
  await createTable(db, 'search_state', (columns) =>
    columns.text('id', { primary: true }).text('stage').text('last_id').text('read_to'),
  )
  // what is under way, and what fell silent: few of many, asked for by everybody who looks at the Now page
  await createIndex(db, 'releases', 'state', 'lane_at', 'id')
  // the columns that a year of rollbacks is counted from
  await db.schema
    .createIndex('releases_counted')
    .on('releases')
    .columns(['live_at', 'component_id', 'environment_id', 'kind', 'drill_at', 'asked_at', 'started_at'])
    .execute()
  await db.schema
    .createIndex('releases_silent')
    .on('releases')
    .columns(['lane_at', 'id'])
    .where(sql.ref('deadline_at'), 'is not', null)
    .execute()
}

/**
 * The words of a document are tokens already, of `[a-z0-9._]` alone (`search/tokens.ts`), so that both stores find
 * the same. The index follows its table by itself, and has nothing of its own that could be lost.
 */
async function searchOnSqlite(db: Kysely<unknown>) {
  await sql`create table search_documents (place integer primary key, id text not null unique, kind text not null,
    about text not null, words text not null) strict`.execute(db)
  await sql`create virtual table search_words using fts5(words, content = 'search_documents', content_rowid = 'place',
    tokenize = "ascii tokenchars '._'", prefix = '2 3 4 5 6 7', detail = none, columnsize = 0)`.execute(db)
  await sql`create trigger search_documents_told after insert on search_documents begin
    insert into search_words (rowid, words) values (new.place, new.words); end`.execute(db)
  await sql`create trigger search_documents_gone after delete on search_documents begin
    insert into search_words (search_words, rowid, words) values ('delete', old.place, old.words); end`.execute(
    db,
  )
  await sql`create trigger search_documents_changed after update on search_documents begin
    insert into search_words (search_words, rowid, words) values ('delete', old.place, old.words);
    insert into search_words (rowid, words) values (new.place, new.words); end`.execute(db)
}

async function searchOnPostgres(db: Kysely<unknown>) {
  await sql`create table search_documents (place bigint generated always as identity primary key,
    id text collate "C" not null unique, kind text collate "C" not null, about text collate "C" not null,
    words text collate "C" not null,
    vector tsvector generated always as (array_to_tsvector(string_to_array(words, ' '))) stored)`.execute(db)
  await sql`create index search_documents_vector on search_documents using gin (vector)`.execute(db)
}
