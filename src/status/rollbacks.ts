import { count } from '../components/headline.ts'
import { namedComponents } from '../components/public-names.ts'
import { incidentsWithoutWayBack, type PublicIncident } from '../incidents/public.ts'
import type { Context } from '../platform/context.ts'
import { seconds } from '../platform/zone.ts'
import { listPublicReleases, type PublicRelease } from '../releases/public.ts'
import { publicReleaseCounts, publicReleaseTimes } from '../releases/public-times.ts'
import { readSite } from '../site/store.ts'
import { wordsFor } from '../site/words/index.ts'
import { versionsOf } from './log.ts'
import { countRows, median } from './rollback-counts.ts'
import { numberFirst } from './words.ts'

const dayMillis = 86_400_000
const spoken = 90
const listed = 365
const widest = 220

/** Everything that `/rollbacks` tells: the sentence, each way back and each release that had none, and how often. */
export async function rollbacksPage(ctx: Context) {
  const ago = (days: number) => new Date(ctx.now().getTime() - days * dayMillis).toISOString()
  const { data } = await listPublicReleases(ctx, { kind: 'rollback', since: ago(listed), limit: 200 })
  const impossible = await incidentsWithoutWayBack(ctx, ago(listed))
  const recent = await publicReleaseTimes(ctx, ago(spoken))
  const year = await publicReleaseCounts(ctx, ago(listed))
  const components = await namedComponents(ctx)
  const t = wordsFor((await readSite(ctx)).language).past.rollbacks
  const done = data.filter((rollback) => rollback.live_at !== null)
  const backs = done.map((one) => ({ ...one, component_id: one.component.id, isBack: true }))
  return {
    sentence: sentence(
      recent.filter(({ isBack }) => isBack),
      recent.filter(({ isBack }) => !isBack).length,
    ),
    backs: rollbackRows(data, impossible),
    counts: countRows({ components, recent, year, backs }, t),
  }
}

/** "Three rollbacks in 90 days, out of 61 releases. Half were done within 3 min." */
export function sentence(rollbacks: Pick<PublicRelease, 'took_seconds'>[], releases: number): string {
  if (rollbacks.length === 0 && releases === 0) return 'No rollbacks yet'
  const many = `${numberFirst(rollbacks.length)} ${rollbacks.length === 1 ? 'rollback' : 'rollbacks'}`
  const first = `${many} in ${spoken} days, out of ${count(releases, 'release')}.`
  const took = rollbacks.flatMap(({ took_seconds }) => took_seconds ?? [])
  const middle = median(took)
  if (middle === null) return first
  return took.length === 1
    ? `${first} It took ${seconds(middle)}.`
    : `${first} Half were done within ${seconds(middle)}.`
}

type RollbackRow = ReturnType<typeof rollbackRow> | ReturnType<typeof impossibleRow>

/** Both kinds in one list, newest first. */
export function rollbackRows(rollbacks: PublicRelease[], impossible: PublicIncident[]): RollbackRow[] {
  const longest = Math.max(
    1,
    ...rollbacks.flatMap(({ took_seconds, reverts_took_seconds }) => [
      took_seconds ?? 0,
      reverts_took_seconds ?? 0,
    ]),
  )
  const rows = [...rollbacks.map((one) => rollbackRow(one, longest)), ...impossible.map(impossibleRow)]
  return rows.sort((a, b) => (a.at < b.at ? 1 : -1))
}

function rollbackRow(rollback: PublicRelease, longest: number) {
  const { id, at, component, incident, took_seconds, reverts_took_seconds } = rollback
  const bar = (took: number | null) =>
    took === null ? 0 : Math.max(2, Math.round((took / longest) * widest))
  const slow = took_seconds !== null && reverts_took_seconds !== null && took_seconds > reverts_took_seconds
  return {
    possible: true as const,
    id,
    at,
    component,
    incident,
    versions: versionsOf(rollback),
    slow,
    bars: took_seconds === null ? null : { release: bar(reverts_took_seconds), back: bar(took_seconds) },
    took: tookWords(rollback),
    took_release: reverts_took_seconds === null ? '' : `${seconds(reverts_took_seconds)} to release`,
    compared: slow ? 'slower than the release' : '',
  }
}

function tookWords({ took_seconds, live_at, state }: PublicRelease) {
  if (took_seconds !== null) return seconds(took_seconds)
  if (live_at) return 'time not known'
  if (state === 'failed') return 'failed'
  return state === 'cancelled' || state === 'rolled_back' ? 'stopped' : 'under way'
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
