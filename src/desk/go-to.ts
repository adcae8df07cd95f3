import { listIncidents } from '../incidents/store.ts'
import type { Context } from '../platform/context.ts'
import { readOnly } from '../platform/database.ts'

const most = { components: 300, incidents: 50 }

/** Where one can go from anywhere: what is open now, then the components, each where it can be changed or is read. */
export async function places(ctx: Context, may_edit: boolean) {
  const open = await listIncidents(ctx, { show: 'open', limit: most.incidents })
  const components = await readOnly(ctx.db)
    .selectFrom('components')
    .select(['id', 'slug', 'name'])
    .where('archived_at', 'is', null)
    .orderBy('name')
    .limit(most.components)
    .execute()
  return {
    incidents: open.map(({ id, title }) => ({ href: `/admin/incidents/${id}`, words: title })),
    components: components.map(({ id, slug, name }) => ({
      href: may_edit ? `/admin/components/${id}` : `/admin/releases?component=${slug}`,
      words: name,
    })),
  }
}
