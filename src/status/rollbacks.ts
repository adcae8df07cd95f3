import { namedComponents } from '../components/public-names.ts'
import { lastQuarters, type Quarter } from '../components/quarters.ts'
import { incidentsWithoutWayBack } from '../incidents/public.ts'
import type { PublicIncident } from '../incidents/public-fields.ts'
import { type Context, nowText } from '../platform/context.ts'
import { median } from '../platform/median.ts'
import { dateIn, seconds } from '../platform/zone.ts'
import { listPublicReleases, type PublicRelease } from '../releases/public.ts'
import { publicReleaseCounts, publicReleaseTimes, type QuarterCount } from '../releases/public-times.ts'
import { tellsEveryRelease } from '../site/model.ts'
import { readSite } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { versionsOf } from './log.ts'
import { countRows } from './rollback-counts.ts'

const dayMillis = 86_400_000
const spoken = 90
const listed = 366
const quartersCounted = 4
const widest = 220

/** Everything that `/rollbacks` tells: the sentence, each way back and each release that had none, and how often. */
export async function rollbacksPage(ctx: Context) {
  const ago = (days: number) => new Date(ctx.now().getTime() - days * dayMillis).toISOString()
  const { language, time_zone, public_releases } = await readSite(ctx)
  const complete = tellsEveryRelease(public_releases)
  const t = wordsFor(language)
  const quarters = lastQuarters(nowText(ctx), time_zone, quartersCounted)
  const since = quarters.at(-1)?.from ?? ''
  const { data } = await listPublicReleases(ctx, { kind: 'rollback', since: ago(listed), limit: 200 })
  const impossible = await incidentsWithoutWayBack(ctx, ago(listed))
  // where only what was eventful is told, what it is a share of is not known
  const recent = (await publicReleaseTimes(ctx, ago(spoken))).filter(({ isBack }) => complete || isBack)
  const counts = (await publicReleaseCounts(ctx, quarters)).map((one) =>
    complete ? one : { ...one, releases: 0 },
  )
  const components = await namedComponents(ctx)
  const forwards = impossible.flatMap(({ cause_release, started_at: at }) =>
    cause_release ? [{ component_id: cause_release.component.id, at }] : [],
  )
  const known = quarters.slice(0, quarters.findLastIndex((one) => isKnown(one, counts, forwards)) + 1)
  return {
    title: t.nav.rollbacks,
    sentence: sentence(
      recent.filter(({ isBack }) => isBack),
      complete ? recent.filter(({ isBack, isDrill }) => !isBack && !isDrill).length : null,
      t,
    ),
    totals: totals(
      counts,
      forwards.filter(({ at }) => at >= since).length,
      t.past.rollbacks.since(dateIn(since, time_zone).slice(0, 7)),
      t,
    ),
    backs: rollbackRows(data, impossible, t),
    quarters: known.map(({ year, number }) => t.past.rollbacks.quarter(year, number)),
    counts: countRows(
      {
        ...{ components, counts, forwards, recent },
        quarters: known,
        backs: data.filter(isOut).map(timesOf),
      },
      { ...t.past.rollbacks, time: t.time },
    ),
  }
}

/** Quarters before anybody told of anything need no column. */
function isKnown(
  { quarter, from, until }: Quarter,
  counts: readonly QuarterCount[],
  forwards: readonly { at: string }[],
) {
  return counts.some((one) => one.quarter === quarter) || forwards.some(({ at }) => at >= from && at < until)
}

function isOut({ live_at }: PublicRelease) {
  return live_at !== null
}

function timesOf({ component, drill_at, took_seconds }: PublicRelease) {
  return {
    component_id: component.id,
    isBack: drill_at === null,
    isDrill: drill_at !== null,
    took_seconds,
  }
}

/** "Since January 2026: rolled back 4 times, rolled forward once, and the way back was walked twice as a drill." */
function totals(counts: readonly QuarterCount[], forwards: number, since: string, { past }: Words) {
  const sum = (name: 'backs' | 'drills') => counts.reduce((all, one) => all + one[name], 0)
  const [backs, drills] = [sum('backs'), sum('drills')]
  return backs + forwards + drills === 0 ? '' : past.rollbacks.totals(since, { backs, forwards, drills })
}

/** `releases` is null where not all are told of: "Three rollbacks in 90 days, out of 61 releases. Half were done within 3 min." */
export function sentence(
  rollbacks: Pick<PublicRelease, 'took_seconds'>[],
  releases: number | null,
  { past, time }: Words,
): string {
  const t = past.rollbacks
  if (rollbacks.length === 0 && !releases) return t.none
  const first = t.many(rollbacks.length, releases, spoken)
  const took = rollbacks.flatMap(({ took_seconds }) => took_seconds ?? [])
  const middle = median(took)
  if (middle === null) return first
  const words = seconds(middle, time)
  return `${first} ${took.length === 1 ? t.it_took(words) : t.half_took(words)}`
}

type RollbackRow = ReturnType<typeof rollbackRow> | ReturnType<typeof impossibleRow>

/** Both kinds in one list, newest first. */
export function rollbackRows(
  rollbacks: PublicRelease[],
  impossible: PublicIncident[],
  t: Words,
): RollbackRow[] {
  const longest = Math.max(
    1,
    ...rollbacks.flatMap(({ took_seconds, reverts_took_seconds }) => [
      took_seconds ?? 0,
      reverts_took_seconds ?? 0,
    ]),
  )
  const rows = [...rollbacks.map((one) => rollbackRow(one, longest, t)), ...impossible.map(impossibleRow)]
  return rows.sort((a, b) => (a.at < b.at ? 1 : -1))
}

function rollbackRow(rollback: PublicRelease, longest: number, { past, log, time }: Words) {
  const t = past.rollbacks
  const { id, at, component, incident, drill_at, took_seconds, reverts_took_seconds } = rollback
  const bar = (took: number | null) =>
    took === null ? 0 : Math.max(2, Math.round((took / longest) * widest))
  const isDrill = drill_at !== null
  const slow = took_seconds !== null && reverts_took_seconds !== null && took_seconds > reverts_took_seconds
  return {
    possible: true as const,
    id,
    at,
    component,
    incident,
    versions: versionsOf(rollback, log),
    note: isDrill ? t.drill : incident ? '' : t.no_incident,
    steps: stepsOf(rollback, t),
    slow,
    bars: took_seconds === null ? null : { release: bar(reverts_took_seconds), back: bar(took_seconds) },
    took: tookWords(rollback, t, time),
    took_release: reverts_took_seconds === null ? '' : t.to_release(seconds(reverts_took_seconds, time)),
    compared: slow ? t.slower : '',
  }
}

/** Asked, begun, done: told where somebody asked for it through Shiplog, and as far as it is known. */
function stepsOf({ asked_at, started_at, live_at }: PublicRelease, t: Words['past']['rollbacks']) {
  if (asked_at === null) return []
  const steps: [string, string | null][] = [
    [t.asked, asked_at],
    [t.begun, started_at],
    [t.done, live_at],
  ]
  return steps.flatMap(([words, at]) => (at === null ? [] : [{ words, at }]))
}

function tookWords(
  { took_seconds, live_at, state }: PublicRelease,
  t: Words['past']['rollbacks'],
  time: Words['time'],
) {
  if (took_seconds !== null) return seconds(took_seconds, time)
  if (live_at) return t.took_unknown
  if (state === 'failed') return t.failed
  return state === 'cancelled' || state === 'rolled_back' ? t.stopped : t.under_way
}

function impossibleRow({ id, title, cause_release, remedy_reason, resolved_at, started_at }: PublicIncident) {
  return {
    possible: false as const,
    id: cause_release?.id ?? '',
    at: cause_release?.out_at ?? started_at,
    component: cause_release?.component ?? null,
    versions: cause_release?.version ?? '',
    incident: { id, title },
    reason: remedy_reason ?? '',
    resolved_at,
    started_at,
  }
}
