import { versionName } from '../components/live.ts'
import { visibleIncidents, visibleReleases } from '../components/visibility.ts'
import { type Context, nowText } from '../platform/context.ts'
import { isDrill, secondsTaken } from './model.ts'
import type { PublicRelease } from './public.ts'
import { asEvents, eventsTold } from './reading.ts'
import { type Step, stepsOf } from './steps.ts'
import { tideOf } from './tide.ts'

/** What a release's page tells beside the release itself: shares and times, nothing else that a tool said. */
export type PublicStory = Awaited<ReturnType<typeof publicStory>>

/** How many customers had it over time, drawn and step by step, and the incidents that it caused, oldest first. */
export async function publicStory(ctx: Context, release: PublicRelease) {
  const { id, undone_at, replaced_at, percent_shown } = release
  const incidents = await visibleIncidents(ctx.db)
    .where('cause_release_id', '=', id)
    .select(['id', 'title', 'started_at', 'resolved_at'])
    .orderBy('started_at')
    .orderBy('id')
    .execute()
  const events = await eventsTold(ctx, id)
  const steps = stepsOf(asEvents(events), undone_at ?? replaced_at)
  return {
    incidents,
    tide: tideOf(events, incidents, { undone_at, replaced_at, now: nowText(ctx), vague: !percent_shown }),
    steps: percent_shown ? inStrides(steps) : withoutPercent(steps),
    /** Since when it waited in the dark, whatever came of it. */
    dark_at: steps.find(({ dark }) => dark)?.at ?? null,
  }
}

/** So many steps on the way to everybody are told; a tool may speak of every second. */
const mostSteps = 12
/** From one told step to the next, in percent of the customers. */
const apart = 10

type Told = { at: string; percent: number | null }

/** Each moment at which a part of the customers, and another part than before, had it. */
function inStrides(steps: readonly Step[]): Told[] {
  const told: { at: string; percent: number }[] = []
  for (const { at, percent } of steps) {
    const known = told.at(-1)?.percent ?? 0
    const isPart = percent > 0 && percent < 100
    const isFar = known === 0 || percent < known || percent - known >= apart
    if (isPart && isFar && percent !== known) told.push({ at, percent })
  }
  return told.slice(0, mostSteps)
}

/** Each moment from which some had it who had nothing, or had all of it, before; how many is told to nobody. */
function withoutPercent(steps: readonly Step[]): Told[] {
  const isPart = (step: Step | undefined) => step !== undefined && step.percent > 0 && step.percent < 100
  const begun = steps.filter((step, index) => isPart(step) && !isPart(steps[index - 1]))
  return begun.slice(0, mostSteps).map(({ at }) => ({ at, percent: null }))
}

/** Another release of the same component and environment, as far as a link to it tells. */
type Neighbour = ReturnType<typeof neighbour>

function neighbour(row: Awaited<ReturnType<ReturnType<typeof neighbours>['execute']>>[number]) {
  const { id, kind, started_at, live_at } = row
  const told = { id, kind, version: versionName(row), started_at, live_at }
  return { ...told, took_seconds: secondsTaken(row), drill: isDrill(row) }
}

function neighbours({ db }: Context) {
  return visibleReleases(db)
    .select(['releases.id', 'releases.version', 'releases.commit', 'releases.kind'])
    .select(['releases.asked_at', 'releases.started_at', 'releases.live_at', 'releases.drill_at'])
}

/**
 * What this release replaced and was replaced by, what undid it, and what stands before and after it in the log of its
 * component and environment; null where there is nothing of which customers may read.
 */
export async function publicNeighbours(ctx: Context, release: PublicRelease) {
  const pointers = await visibleReleases(ctx.db)
    .select(['releases.previous_release_id', 'releases.superseded_by_release_id'])
    .where('releases.id', '=', release.id)
    .executeTakeFirst()
  const { previous_release_id = null, superseded_by_release_id = null } = pointers ?? {}
  const named = await byId(ctx, [previous_release_id, superseded_by_release_id, release.undone_by_release_id])
  const of = (id: string | null) => named.get(id ?? '') ?? null
  return {
    replaced: of(previous_release_id),
    replaced_by: of(superseded_by_release_id),
    undone_by: of(release.undone_by_release_id),
    earlier: await beside(ctx, release, '<'),
    later: await beside(ctx, release, '>'),
  }
}

async function byId(ctx: Context, ids: (string | null)[]): Promise<Map<string, Neighbour>> {
  const wanted = ids.filter((id) => id !== null)
  if (wanted.length === 0) return new Map()
  const rows = await neighbours(ctx).where('releases.id', 'in', wanted).execute()
  return new Map(rows.map((row) => [row.id, neighbour(row)]))
}

async function beside(ctx: Context, { id, at, component, environment }: PublicRelease, side: '<' | '>') {
  const order = side === '<' ? 'desc' : 'asc'
  const row = await neighbours(ctx)
    .where('releases.component_id', '=', component.id)
    .where('environments.name', '=', environment)
    .where(({ eb, refTuple, tuple }) => eb(refTuple('releases.lane_at', 'releases.id'), side, tuple(at, id)))
    .orderBy('releases.lane_at', order)
    .orderBy('releases.id', order)
    .limit(1)
    .executeTakeFirst()
  return row ? neighbour(row) : null
}
