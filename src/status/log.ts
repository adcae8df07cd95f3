import { duration, seconds } from '../platform/zone.ts'
import type { PublicRelease } from '../releases/public.ts'
import type { Words } from '../site/words/index.ts'

/** A line of the log of releases and rollbacks: the verb, its shape and colour, and the words after it. */
export type LogLine = {
  id: string
  at: string
  verb: string
  icon: string
  tone: '' | 'rollback' | 'partly' | 'failed'
  component: PublicRelease['component']
  versions: string
  details: string[]
  incident: PublicRelease['incident']
}

/** `environments`: whether more than one environment of tier production exists, so that each is named. */
export function logLine(release: PublicRelease, environments: boolean, t: Words): LogLine {
  const { id, component, incident, environment } = release
  const { since, ...told } = release.kind === 'rollback' ? toldRollback(release, t) : toldRelease(release, t)
  const details = environments ? [environment, ...told.details] : told.details
  return {
    id,
    component,
    incident,
    ...told,
    details,
    at: since ?? release.at,
    versions: versionsOf(release, t.log),
  }
}

type Told = Pick<LogLine, 'verb' | 'icon' | 'tone' | 'details'> & {
  /** Since when it is so, of what is not over. */
  since?: string | null
}

/** "2.14.0 → 2.13.4" for a way back, else the version. */
export function versionsOf({ kind, version, reverts_version }: PublicRelease, t: Words['log']): string {
  const name = version ?? t.no_version
  return kind === 'rollback' && reverts_version ? `${reverts_version} → ${name}` : name
}

function toldRollback(release: PublicRelease, { log: t, time }: Words): Told {
  const way = { icon: 'rollback', tone: 'rollback' as const }
  const { live_at, state, percent, took_seconds, started_at, drill_at } = release
  if (live_at) {
    const took = took_seconds === null ? [] : [t.in_time(seconds(took_seconds, time))]
    return { ...way, verb: t.rolled_back, details: drill_at === null ? took : [t.drill, ...took] }
  }
  if (state === 'failed') return { ...way, verb: t.rollback_failed, details: [] }
  if (state === 'cancelled' || state === 'rolled_back')
    return { ...way, verb: t.rollback_stopped, details: [] }
  if (state === 'lost') return { ...way, verb: t.rolling_back, details: [t.no_news], since: started_at }
  const part = percent !== null && percent < 100 ? [t.part_so_far(percent)] : []
  return { ...way, verb: t.rolling_back, details: part, since: started_at }
}

const done = {
  deploy: 'released',
  redeploy: 'released_again',
  config: 'settings_changed',
  flag: 'flag_changed',
} as const

function toldRelease(release: PublicRelease, { log: t, time }: Words): Told {
  const { kind, state, live_at, percent, first_exposed_at, dark_at } = release
  if (state === 'canary') {
    const part = { icon: 'partly', tone: 'partly' as const, details: [], since: first_exposed_at }
    return { verb: t.part(percent ?? 0), ...part }
  }
  if (state === 'dark') return { verb: t.dark, icon: 'dark', tone: 'partly', details: [], since: dark_at }
  if (live_at) {
    const verb = t[done[kind as keyof typeof done] ?? 'released']
    return { verb, icon: 'release', tone: '', details: undone(release, { log: t, time }) }
  }
  const details = reach(release, t)
  if (state === 'rolled_back') return { verb: t.taken_back, icon: 'rollback', tone: 'rollback', details }
  if (state === 'failed') return { verb: t.failed, icon: 'failed', tone: 'failed', details }
  if (state === 'cancelled') return { verb: t.stopped, icon: 'failed', tone: 'failed', details }
  return { verb: t.releasing, icon: 'running', tone: '', details: [], since: first_exposed_at }
}

function undone(
  { undone_at, first_exposed_at, live_at }: PublicRelease,
  { log, time }: Pick<Words, 'log' | 'time'>,
) {
  const from = first_exposed_at ?? live_at
  return undone_at && from ? [log.was_out(duration(from, undone_at, time))] : []
}

function reach({ percent }: PublicRelease, t: Words['log']) {
  return percent !== null && percent > 0 && percent < 100 ? [t.seen_by(percent)] : []
}
