import { lastQuarters, quarterNamed } from '../components/quarters.ts'
import { type Component, componentByIdOrSlug } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { listEnvironments } from '../releases/environments.ts'
import { isDrill, secondsTaken } from '../releases/model.ts'
import { readSite } from '../site/store.ts'
import { environmentName } from '../sources/environment-name.ts'
import { countLanes } from './overview-counts.ts'
import { type Asked, causedIncidents, lastWalks, liveTimes } from './overview-store.ts'

/** What an overview is asked for: a slug or an id, an environment's name, and a quarter as 2026Q4. */
export type OverviewFilter = {
  component?: string | undefined
  environment?: string | undefined
  quarter?: string | undefined
}

/** So many quarters are told of when none is asked for. */
const told = 4

export type Overview = Awaited<ReturnType<typeof rollbackOverview>>

/**
 * How often everything was rolled back, forward and walked as a drill, by component, environment and quarter, and when
 * each way back was last walked: private components and every environment too.
 */
export async function rollbackOverview(ctx: Context, filter: OverviewFilter) {
  const { time_zone } = await readSite(ctx)
  const component = filter.component ? await componentByIdOrSlug(ctx, filter.component) : null
  const environment = filter.environment ? await environmentNamed(ctx, filter.environment) : null
  const quarters = filter.quarter
    ? [askedQuarter(filter.quarter, time_zone)]
    : lastQuarters(nowText(ctx), time_zone, told)
  const asked: Asked = {
    from: quarters.at(-1)?.from ?? '',
    until: quarters[0]?.until ?? '',
    component_id: component?.id ?? null,
    environment_id: environment?.id ?? null,
  }
  const caused = await causedIncidents(ctx, asked)
  return {
    asked,
    component,
    environment,
    quarters,
    caused,
    counts: countLanes(await liveTimes(ctx, asked), caused, quarters),
    walks: (await lastWalks(ctx, asked)).map(walkOf),
  }
}

async function environmentNamed(ctx: Context, said: string) {
  const name = environmentName(said)
  const found = (await listEnvironments(ctx)).find((environment) => environment.name === name)
  if (!found) throw new Refusal('not-found', 'There is no such environment.')
  return found
}

function askedQuarter(said: string, time_zone: string) {
  const quarter = quarterNamed(said, time_zone)
  if (quarter) return quarter
  const words = 'Write the quarter as 2026Q4.'
  throw new Refusal('invalid', words, { errors: { quarter: words } })
}

export type Walk = ReturnType<typeof walkOf>

/** When and how a way back was last walked, for need or as a drill; all of it null: never. */
function walkOf(row: Awaited<ReturnType<typeof lastWalks>>[number]) {
  const { component_id: id, slug, name, environment, environment_id, release_id, live_at } = row
  const { kind, drill_at, asked_at, started_at } = row
  const walked = kind === null ? null : { kind, drill_at, asked_at, started_at, live_at }
  return {
    component: { id, slug, name } satisfies Pick<Component, 'id' | 'slug' | 'name'>,
    environment_id,
    environment,
    release_id,
    walked_at: live_at,
    was_drill: walked !== null && isDrill(walked),
    took_seconds: walked && secondsTaken(walked),
  }
}
