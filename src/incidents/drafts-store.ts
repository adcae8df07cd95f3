import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { Typed } from './typed.ts'

type Row = Tables['incident_drafts']
export type Draft = Omit<Row, 'fields'> & { fields: Typed }

/** What a draft is of: an incident, or one that is yet to be declared. */
export const aboutOf = (incident_id: string | null) => incident_id ?? 'new'

const decoded = (row: Row): Draft => ({ ...row, fields: JSON.parse(row.fields) as Typed })
const encoded = ({ fields, ...row }: Draft): Row => ({ ...row, fields: JSON.stringify(fields) })

export async function draftById({ db }: Context, id: string): Promise<Draft> {
  const row = await db.selectFrom('incident_drafts').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not-found', 'There is no such draft: it was published or discarded.')
  return decoded(row)
}

export async function draftOf({ db }: Context, owner: string, about: string): Promise<Draft | null> {
  const query = db.selectFrom('incident_drafts').selectAll().where('owner', '=', owner)
  const row = await query.where('about', '=', about).executeTakeFirst()
  return row ? decoded(row) : null
}

/** Everybody's drafts, newest first; of one incident (or of new ones), or all. */
export async function listDrafts({ db }: Context, about?: string): Promise<Draft[]> {
  let query = db.selectFrom('incident_drafts').selectAll()
  if (about) query = query.where('about', '=', about)
  const rows = await query.orderBy('updated_at', 'desc').orderBy('id', 'desc').limit(100).execute()
  return rows.map(decoded)
}

export async function draftsDue({ db }: Context, now: string): Promise<Draft[]> {
  const query = db.selectFrom('incident_drafts').selectAll().where('publish_at', '<=', now)
  return (await query.orderBy('publish_at').orderBy('id').limit(20).execute()).map(decoded)
}

export async function insertDraft({ db }: Context, draft: Draft) {
  await db.insertInto('incident_drafts').values(encoded(draft)).execute()
}

/** Writes only if nobody else did since it was read; says whether it did. */
export async function writeDraft(
  { db }: Context,
  { id, version }: Pick<Draft, 'id' | 'version'>,
  { fields, ...change }: Partial<Draft>,
) {
  const text = fields ? { fields: JSON.stringify(fields) } : {}
  const query = db.updateTable('incident_drafts').set({ ...change, ...text, version: version + 1 })
  const result = await query.where('id', '=', id).where('version', '=', version).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Removes a draft as it was read; false when somebody saved, published or discarded it meanwhile. */
export async function removeDraft({ db }: Context, { id, version }: Pick<Draft, 'id' | 'version'>) {
  const query = db.deleteFrom('incident_drafts').where('id', '=', id).where('version', '=', version)
  return (await query.executeTakeFirst()).numDeletedRows === 1n
}
