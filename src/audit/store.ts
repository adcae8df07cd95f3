import type { ReadonlyKysely } from 'kysely/readonly'
import type { Tables } from '../platform/tables.ts'
import { type JournalFilter, type JournalQuery, spanOf } from './model.ts'

type Db = ReadonlyKysely<Tables>

/** Lines of the journal, newest first, one more than asked to tell whether there are more. */
export async function journalLines(db: Db, { cursor, limit, ...filter }: JournalQuery, zone: string) {
  let query = filtered(db, filter, zone)
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (cursor) query = query.where('id', '<', cursor)
  return (await query.execute()).map(decoded)
}

const readAtOnce = 500

/** All lines that fit, oldest first, a few hundred in memory at a time. */
export async function* everyLine(db: Db, filter: JournalFilter, zone: string) {
  let after = ''
  for (;;) {
    const rows = await filtered(db, filter, zone)
      .where('id', '>', after)
      .orderBy('id')
      .limit(readAtOnce)
      .execute()
    yield* rows.map(decoded)
    const last = rows.at(-1)
    if (!last || rows.length < readAtOnce) return
    after = last.id
  }
}

function filtered(db: Db, { actor, subject_kind, action, day, subject_id }: JournalFilter, zone: string) {
  let query = db.selectFrom('journal').selectAll()
  if (actor) {
    query = query.where((row) =>
      row.or([
        row('actor_id', '=', actor),
        row.and([row('actor_id', 'is', null), row('actor_kind', '=', actor)]),
      ]),
    )
  }
  if (subject_kind) query = query.where('subject_kind', '=', subject_kind)
  if (action) query = query.where('action', '=', action)
  if (subject_id) query = query.where('subject_id', '=', subject_id)
  if (day) {
    const [from, before] = spanOf(day, zone)
    query = query.where('at', '>=', from).where('at', '<', before)
  }
  return query
}

function decoded(row: Tables['journal']) {
  return { ...row, detail: readable(row.detail) }
}

/** Also of a line that somebody spoilt in the database something is shown. */
function readable(detail: string): Record<string, unknown> {
  try {
    return JSON.parse(detail)
  } catch {
    return { unreadable: detail }
  }
}
export type DecodedLine = ReturnType<typeof decoded>

/** The names of the components that lines are about, by id. */
export async function componentNames(db: Db, lines: { detail: Record<string, unknown> }[]) {
  const ids = lines.map(({ detail }) => detail.component_id).filter((id) => typeof id === 'string')
  if (ids.length === 0) return new Map<string, string>()
  const rows = await db.selectFrom('components').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Everybody and everything that may have done something, to choose from. */
export async function actorChoices(db: Db) {
  const people = await db.selectFrom('users').select(['id', 'name']).orderBy('name').execute()
  const tokens = await db.selectFrom('api_tokens').select(['id', 'name']).orderBy('name').execute()
  const sources = await db.selectFrom('sources').select(['id', 'name']).orderBy('name').execute()
  return [
    { label: 'People', choices: people },
    { label: 'Tokens', choices: tokens },
    { label: 'Sources', choices: sources },
    {
      label: 'Shiplog',
      choices: [
        { id: 'cli', name: 'the command line' },
        { id: 'system', name: 'by itself' },
      ],
    },
  ].filter(({ choices }) => choices.length > 0)
}
