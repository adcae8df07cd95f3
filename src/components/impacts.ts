import { type Context, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import type { Tables } from '../platform/tables.ts'
import { type ComponentStatus, worstStatus } from './model.ts'
import { careBetween, countedImpacts } from './visibility.ts'

export type Impact = Tables['component_impacts']

/**
 * Says what a component suffers from `at` on, by one incident or (with none) by hand: ends what the same origin has
 * open, or had open after `at`, and opens a new interval, unless it is operational again. Part of a verb; the verb
 * writes the journal line.
 */
export async function setImpact(
  ctx: Context,
  {
    component_id,
    status,
    incident_id,
    at,
  }: Pick<Impact, 'component_id' | 'incident_id'> & {
    status: ComponentStatus
    at: string
  },
) {
  const [last, ...others] = await impactsAfter(ctx, { incident_id, component_id, at })
  if (others.length === 0 && last?.ended_at === null && last.status === status && last.started_at <= at)
    return
  await endAll(ctx, last ? [last, ...others] : [], at)
  if (status === 'operational') return

  const row = { id: newId(), component_id, status, started_at: at, ended_at: null, incident_id }
  await ctx.db
    .insertInto('component_impacts')
    .values({ ...row, created_at: nowText(ctx) })
    .execute()
}

/**
 * Ends what an incident still does to its components, and what ended later than that when its component was archived;
 * tells what was open.
 */
export async function endImpacts(ctx: Context, { incident_id, at }: { incident_id: string; at: string }) {
  const impacts = await impactsOfIncident(ctx, incident_id)
  const late = impacts.filter((impact) => impact.ended_at === null || impact.ended_at > at)
  await endAll(ctx, late, at)
  return late.filter((impact) => impact.ended_at === null)
}

/** Ends everything that is open on a component that leaves the page. */
export async function endImpactsOn(ctx: Context, { component_id, at }: { component_id: string; at: string }) {
  const query = ctx.db.selectFrom('component_impacts').selectAll().where('ended_at', 'is', null)
  await endAll(ctx, await query.where('component_id', '=', component_id).execute(), at)
}

/** Puts these intervals in the place of all that an incident did; those that name an id keep it and their birth. */
export async function replaceImpacts(
  ctx: Context,
  incident_id: string,
  intervals: (Pick<Impact, 'component_id' | 'status' | 'started_at' | 'ended_at'> & {
    id?: string | undefined
  })[],
) {
  const known = new Map((await impactsOfIncident(ctx, incident_id)).map((impact) => [impact.id, impact]))
  for (const id of known.keys()) await remove(ctx, id)
  for (const { component_id, status, started_at, ended_at, id } of intervals) {
    const born = known.get(id ?? '') ?? { id: newId(), created_at: nowText(ctx) }
    known.delete(born.id) // an id that is named twice is one row's alone
    const row = { id: born.id, component_id, status, started_at, ended_at, incident_id }
    await ctx.db
      .insertInto('component_impacts')
      .values({ ...row, created_at: born.created_at })
      .execute()
  }
}

/** Moves the beginning of an incident: what began with it, or would now begin before it, begins at `to`. */
export async function moveImpactStarts(
  ctx: Context,
  { incident_id, from, to }: { incident_id: string; from: string; to: string },
) {
  const impacts = await impactsOfIncident(ctx, incident_id)
  for (const impact of impacts.filter((one) => one.started_at === from || one.started_at < to)) {
    if (impact.ended_at !== null && impact.ended_at <= to) await remove(ctx, impact.id)
    else await change(ctx, impact.id, { started_at: to })
  }
}

export function impactsOfIncident({ db }: Context, incident_id: string): Promise<Impact[]> {
  const query = db.selectFrom('component_impacts').selectAll().where('incident_id', '=', incident_id)
  return query.orderBy('started_at').orderBy('id').execute()
}

/** What is open now, by an incident or (null) by hand. */
export function openImpacts(
  { db }: Context,
  { incident_id, component_id }: { incident_id: string | null; component_id?: string },
): Promise<Impact[]> {
  let query = db.selectFrom('component_impacts').selectAll().where('ended_at', 'is', null)
  query = query.where('incident_id', incident_id === null ? 'is' : '=', incident_id)
  if (component_id) query = query.where('component_id', '=', component_id)
  return query.orderBy('id').execute()
}

/** What one origin does to a component after `at`: what is open, and what ended later, as an archiving ends it. */
function impactsAfter(
  { db }: Context,
  { incident_id, component_id, at }: Pick<Impact, 'component_id' | 'incident_id'> & { at: string },
): Promise<Impact[]> {
  const own = db
    .selectFrom('component_impacts')
    .selectAll()
    .where('component_id', '=', component_id)
    .where('incident_id', incident_id === null ? 'is' : '=', incident_id)
  const late = own.where((or) => or.or([or('ended_at', 'is', null), or('ended_at', '>', at)]))
  return late.orderBy('started_at').orderBy('id').execute()
}

/** Each component's status now: the worst of what is open on it. Whoever is not in the map is operational. */
export async function currentStatuses(
  ctx: Pick<Context, 'db' | 'now'>,
): Promise<Map<string, ComponentStatus>> {
  const { db } = ctx
  const now = nowText(ctx)
  const care = careBetween(db, { since: now, now }).select((one) => [
    'of.component_id',
    one.val('under_maintenance').as('status'),
  ])
  const rows = await countedImpacts(db)
    .where('component_impacts.ended_at', 'is', null)
    .select(['component_impacts.component_id', 'component_impacts.status'])
    .unionAll(care)
    .execute()
  const byComponent = Map.groupBy(rows, (row) => row.component_id)
  return new Map([...byComponent].map(([id, open]) => [id, worstStatus(open.map((row) => row.status))]))
}

/** Every interval that touches the window, by hand or of incidents that count, oldest first. */
export function impactsBetween(
  { db }: Pick<Context, 'db'>,
  from: string,
  to: string,
  component_id?: string,
): Promise<Impact[]> {
  const all = countedImpacts(db).selectAll('component_impacts').where('component_impacts.started_at', '<', to)
  const asked = component_id ? all.where('component_impacts.component_id', '=', component_id) : all
  return asked
    .where((or) => or.or([or('ended_at', 'is', null), or('ended_at', '>', from)]))
    .orderBy('component_impacts.started_at')
    .orderBy('component_impacts.id')
    .execute()
}

/** When planned work ran on a component since a moment, whoever may know of it. */
export async function workOn(
  ctx: Pick<Context, 'db' | 'now'>,
  { component_id, since }: { component_id: string; since: string },
) {
  const now = nowText(ctx)
  const rows = await careBetween(ctx.db, { since, now })
    .where('of.component_id', '=', component_id)
    .select(['work.runs_from', 'work.runs_to'])
    .execute()
  return rows.map(({ runs_from, runs_to }) => ({
    status: 'under_maintenance',
    started_at: runs_from ?? now,
    ended_at: runs_to !== null && runs_to <= now ? runs_to : null,
  }))
}

async function endAll(ctx: Context, open: Impact[], at: string) {
  for (const impact of open) {
    // an interval that would end before it began never was
    if (impact.started_at >= at) await remove(ctx, impact.id)
    else await change(ctx, impact.id, { ended_at: at })
  }
}

async function change({ db }: Context, id: string, values: Partial<Impact>) {
  await db.updateTable('component_impacts').set(values).where('id', '=', id).execute()
}

async function remove({ db }: Context, id: string) {
  await db.deleteFrom('component_impacts').where('id', '=', id).execute()
}
