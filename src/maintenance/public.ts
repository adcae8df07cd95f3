import { expressionBuilder } from 'kysely'
import { z } from 'zod'
import { visibleComponents, visibleMaintenances } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import { maintenanceStates, stateAt, updateKinds } from './model.ts'
import type { Update } from './store.ts'

/** Where a query within a query begins. */
export const within = expressionBuilder<Tables>()

const time = z.string().nullable()
const PublicStep = z.object({
  id: z.string(),
  kind: z.enum(updateKinds),
  note: z.string(),
  at: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  was_starts_at: time,
  was_ends_at: time,
})

/** The one public projection of planned work: never who planned it, nor a component or a release that is private. */
export const PublicMaintenance = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string().describe('What customers will notice, as Markdown.'),
  state: z.enum(maintenanceStates),
  starts_at: z.string(),
  ends_at: z.string(),
  started_at: time,
  ended_at: time,
  cancelled_at: time,
  repeats: z
    .string()
    .nullable()
    .describe('The RRULE of work that repeats; each time of it has a page of its own.'),
  release: z
    .object({
      component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
      version: z.string(),
    })
    .nullable(),
  components: z.array(
    z.object({ id: z.string(), slug: z.string(), name: z.string(), archived: z.boolean() }),
  ),
  sequence: z.int().describe('Counts up with each change, as in the calendar.'),
  created_at: z.string(),
  updated_at: z.string(),
})
export type PublicMaintenance = z.output<typeof PublicMaintenance>

/** The same with everything that was told of it, newest first. */
export const ToldMaintenance = PublicMaintenance.extend({ updates: z.array(PublicStep) })
export type ToldMaintenance = z.output<typeof ToldMaintenance>

/** A piece of planned work that customers may not see does not exist. */
export async function publicMaintenance(ctx: Context, id: string): Promise<ToldMaintenance> {
  const [found] = await withUpdates(ctx, await project(ctx, chosen().where('maintenances.id', '=', id)))
  if (!found) throw new Refusal('not-found', 'There is no such maintenance.')
  return found
}

/** Adds what was told of each. */
export async function withUpdates(ctx: Context, found: PublicMaintenance[]): Promise<ToldMaintenance[]> {
  if (found.length === 0) return []
  const ids = found.map(({ id }) => id)
  const updates: Update[] = await ctx.db
    .selectFrom('maintenance_updates')
    .selectAll()
    .where('maintenance_id', 'in', ids)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return found.map((one) => ({
    ...one,
    updates: updates
      .filter(({ maintenance_id }) => maintenance_id === one.id)
      .map((told) => PublicStep.parse(told)),
  }))
}

/** The ids that are asked for, as a part of one query. */
export function chosen() {
  return visibleMaintenances(within).select('maintenances.id')
}

/** One question to the store, however many: a row for each component that may be named. Oldest start first. */
export async function project(ctx: Context, ids: ReturnType<typeof chosen>): Promise<PublicMaintenance[]> {
  const { db } = ctx
  const open = visibleComponents(within).select(['components.id', 'slug', 'name', 'archived_at', 'position'])
  const rows = await db
    .selectFrom('maintenances')
    .where('maintenances.id', 'in', ids)
    .leftJoin('maintenance_series as series', 'series.id', 'maintenances.series_id')
    .leftJoin('maintenance_components as named', 'named.maintenance_id', 'maintenances.id')
    .leftJoin(open.as('open'), 'open.id', 'named.component_id')
    .leftJoin(open.as('released'), 'released.id', 'maintenances.release_component_id')
    .selectAll('maintenances')
    .select(['series.rule', 'open.id as open_id', 'open.slug', 'open.name', 'open.archived_at'])
    .select([
      'released.id as released_id',
      'released.slug as released_slug',
      'released.name as released_name',
    ])
    .orderBy('maintenances.starts_at')
    .orderBy('maintenances.id')
    .orderBy('open.position')
    .orderBy('open.id')
    .execute()
  const now = nowText(ctx)
  return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((same) => {
    const [row] = same
    if (!row) return []
    const components = same.flatMap(({ open_id: id, slug, name, archived_at }) =>
      id && slug && name ? { id, slug, name, archived: archived_at !== null } : [],
    )
    return [publicFields(row, components, now)]
  })
}

type Row = Omit<PublicMaintenance, 'state' | 'repeats' | 'release' | 'components'> & {
  starts_by: string
  ends_by: string
  rule: string | null
  runs_from: string | null
  runs_to: string | null
  release_version: string | null
  released_id: string | null
  released_slug: string | null
  released_name: string | null
}

function publicFields(row: Row, components: PublicMaintenance['components'], now: string): PublicMaintenance {
  const { id, title, body, starts_at, ends_at, cancelled_at, sequence, created_at, updated_at } = row
  const { released_id, released_slug: slug, released_name: name, release_version: version } = row
  const state = stateAt(row, now)
  const began = state === 'in_progress' || state === 'completed'
  return {
    id,
    title,
    body,
    state,
    starts_at,
    ends_at,
    started_at: began ? row.runs_from : null,
    ended_at: state === 'completed' ? row.runs_to : null,
    cancelled_at: state === 'cancelled' ? (cancelled_at ?? ends_at) : null,
    repeats: row.rule,
    release:
      released_id && slug && name && version ? { component: { id: released_id, slug, name }, version } : null,
    components,
    sequence,
    created_at,
    updated_at,
  }
}
