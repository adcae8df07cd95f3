import { listMaintenances, type Maintenance } from '../maintenance/store.ts'
import type { Context } from '../platform/context.ts'

const shown = 3

/** The planned work that runs now, and what comes next, each with the components it is for. */
export async function plannedNext(ctx: Context) {
  const now = (await listMaintenances(ctx, { show: 'now', limit: shown })).slice(0, shown)
  const coming = (await listMaintenances(ctx, { show: 'coming', limit: shown })).slice(0, shown)
  return [...now.map((work) => line(work, 'running')), ...coming.map((work) => line(work, ''))]
}

function line({ id, title, starts_at, ends_at, components }: Maintenance, state: string) {
  const names = components.map(({ name }) => name).join(', ')
  return { id, title, starts_at, ends_at, words: [state, names].filter(Boolean).join(', ') }
}
