import type { Context } from '../platform/context.ts'

/** Who runs each of these components and where they are found, by name; for operators alone. */
export async function whoRuns({ db }: Context, component_ids: string[]) {
  if (component_ids.length === 0) return []
  return db
    .selectFrom('components')
    .select(['id', 'name', 'owners', 'owners_url', 'chat_url', 'runbook_url'])
    .where('id', 'in', component_ids)
    .orderBy('position')
    .orderBy('name')
    .execute()
}
