import type { Updateable } from 'kysely'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'

export type Template = Tables['incident_templates']

/** Deleted ones too: they can be brought back. */
export async function templateById({ db }: Context, id: string): Promise<Template> {
  const query = db.selectFrom('incident_templates').selectAll().where('id', '=', id)
  const template = await query.executeTakeFirst()
  if (!template) throw new Refusal('not-found', 'There is no such template.')
  return template
}

/** Those that were not deleted, by their names; of one use, or of all. */
export function listTemplates({ db }: Context, used_for?: string): Promise<Template[]> {
  let query = db.selectFrom('incident_templates').selectAll().where('deleted_at', 'is', null)
  if (used_for) query = query.where('used_for', '=', used_for)
  return query.orderBy('used_for').orderBy('name').orderBy('id').execute()
}

export function templateNamed({ db }: Context, used_for: string, name: string) {
  const query = db.selectFrom('incident_templates').selectAll().where('deleted_at', 'is', null)
  return query.where('used_for', '=', used_for).where('name', '=', name).executeTakeFirst()
}

export async function insertTemplate({ db }: Context, row: Template) {
  await db.insertInto('incident_templates').values(row).execute()
}

/** Writes only if nobody else did since it was read; says whether it did. */
export async function writeTemplate(
  { db }: Context,
  { id, version }: Pick<Template, 'id' | 'version'>,
  change: Updateable<Template>,
) {
  const query = db.updateTable('incident_templates').set({ ...change, version: version + 1 })
  const result = await query.where('id', '=', id).where('version', '=', version).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
