import type { ReadonlyKysely } from 'kysely/readonly'
import type { Tables } from '../platform/tables.ts'
import type { JournalQuery } from './model.ts'

/** Lines of the journal, newest first, one more than asked to tell whether there are more. */
export async function journalLines(
  db: ReadonlyKysely<Tables>,
  { cursor, limit, action, subject_id }: JournalQuery,
) {
  let query = db
    .selectFrom('journal')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (cursor) query = query.where('id', '<', cursor)
  if (action) query = query.where('action', '=', action)
  if (subject_id) query = query.where('subject_id', '=', subject_id)
  const rows = await query.execute()
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }))
}

/** The names of the components that lines are about, by id. */
export async function componentNames(
  db: ReadonlyKysely<Tables>,
  lines: { detail: Record<string, unknown> }[],
) {
  const ids = lines.map(({ detail }) => detail.component_id).filter((id) => typeof id === 'string')
  if (ids.length === 0) return new Map<string, string>()
  const rows = await db.selectFrom('components').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
