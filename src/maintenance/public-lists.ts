import { visibleMaintenances } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import { chosen, type PublicMaintenance, project, publicMaintenance, within } from './public.ts'

/** What runs, then what comes, soonest first: of work that repeats the next time, and those that somebody changed. */
export async function currentMaintenances(
  ctx: Context,
  { limit, component_id }: { limit: number; component_id?: string },
): Promise<PublicMaintenance[]> {
  const now = nowText(ctx)
  let query = unfolded(ctx)
    .where('maintenances.cancelled_at', 'is', null)
    .where((or) =>
      or.or([
        or.and([or('runs_from', 'is', null), or('ends_at', '>', now)]),
        or.and([or('runs_from', 'is not', null), or('runs_to', 'is', null)]),
        or('runs_to', '>', now),
      ]),
    )
  if (component_id) query = query.where('maintenances.id', 'in', of(component_id))
  const found = await project(ctx, query.orderBy('starts_at').orderBy('id').limit(limit))
  return found.toSorted(
    (one, other) => Number(other.state === 'in_progress') - Number(one.state === 'in_progress'),
  )
}

/** One page of all of it, latest start first; the cursor is the id of the last one seen. */
export async function listPublicMaintenances(
  ctx: Context,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  let query = unfolded(ctx)
  if (cursor) {
    const last = await publicMaintenance(ctx, cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('maintenances.starts_at', 'maintenances.id'), '<', tuple(last.starts_at, last.id)),
    )
  }
  const latest = query
    .orderBy('starts_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  const found = (await project(ctx, latest)).toReversed()
  const data = found.slice(0, limit)
  return { data, next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null }
}

/** Everything for a calendar since a moment, each time of what repeats too: oldest first. */
export async function calendarMaintenances(ctx: Context, since: string, limit: number) {
  const query = chosen().where('maintenances.ends_at', '>=', since)
  return project(ctx, query.orderBy('starts_at', 'desc').orderBy('id', 'desc').limit(limit))
}

/** What ran, or should have run, between two moments, oldest first. */
export async function maintenancesBetween(
  ctx: Context,
  {
    from,
    to,
    component_id,
    limit,
  }: { from: string; to: string; component_id?: string | undefined; limit: number },
): Promise<PublicMaintenance[]> {
  let query = chosen()
    .where('maintenances.starts_at', '>=', from)
    .where('maintenances.starts_at', '<', to)
    .where('maintenances.starts_at', '<=', nowText(ctx))
  if (component_id) query = query.where('maintenances.id', 'in', of(component_id))
  return project(ctx, query.orderBy('starts_at', 'desc').orderBy('id', 'desc').limit(limit))
}

/** When the first planned work that has come began; null when there was none. */
export async function firstMaintenanceAt(ctx: Context): Promise<string | null> {
  const query = visibleMaintenances(ctx.db).select((row) => row.fn.min('starts_at').as('at'))
  return (await query.where('starts_at', '<=', nowText(ctx)).executeTakeFirst())?.at ?? null
}

/** The ids of what is over or still to come, latest start first, at most so many: each has a page. */
export async function publicMaintenanceIds(
  { db, now }: Pick<Context, 'db' | 'now'>,
  { over, limit }: { over: boolean; limit: number },
): Promise<string[]> {
  const rows = await visibleMaintenances(db)
    .select('id')
    .where('ends_at', over ? '<=' : '>', now().toISOString())
    .orderBy('starts_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Without the later times of what repeats, as long as nobody changed them: they would bury everything else. */
function unfolded(ctx: Context) {
  const now = nowText(ctx)
  return chosen().where((one) =>
    one.or([
      one('maintenances.series_id', 'is', null),
      one('maintenances.own_at', 'is not', null),
      one('maintenances.starts_at', '<=', now),
      one.not(
        one.exists(
          one
            .selectFrom('maintenances as sooner')
            .select('sooner.id')
            .whereRef('sooner.series_id', '=', 'maintenances.series_id')
            .whereRef('sooner.starts_at', '<', 'maintenances.starts_at')
            .where('sooner.starts_at', '>', now)
            .where((two) =>
              two.or([
                two('sooner.cancelled_at', 'is', null),
                two.and([two('maintenances.cancelled_at', 'is not', null), two('sooner.own_at', 'is', null)]),
              ]),
            ),
        ),
      ),
    ]),
  )
}

function of(component_id: string) {
  return within
    .selectFrom('maintenance_components')
    .select('maintenance_id')
    .where('maintenance_components.component_id', '=', component_id)
}
