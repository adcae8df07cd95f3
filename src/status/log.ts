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
  const name = version ?? (kind === 'flag' ? t.a_flag : t.no_version)
  return kind === 'rollback' && reverts_version ? `${reverts_version} → ${name}` : name
}

function toldRollback(release: PublicRelease, { log: t, time }: Words): Told {
  const way = { icon: 'rollback', tone: 'rollback' as const }
  const { live_at, state, percent, took_seconds, started_at, drill_at } = release
  if (live_at) {
    const took = took_seconds === null ? [] : [t.in_time(seconds(took_seconds, time))]
    if (drill_at) return { icon: 'rollback', tone: '', verb: t.drill, details: took }
    return { ...way, verb: t.rolled_back, details: [...took, ...reverted(release, t)] }
  }
  if (drill_at) return { icon: 'rollback', tone: '', verb: t.drill, details: [drillState(state, t)] }
  if (state === 'failed') return { ...way, verb: t.rollback_failed, details: [] }
  if (state === 'cancelled' || state === 'rolled_back')
    return { ...way, verb: t.rollback_stopped, details: [] }
  if (state === 'lost') return { ...way, verb: t.rolling_back, details: [t.no_news], since: started_at }
  const part = percent !== null && percent < 100 ? [t.part_so_far(told(release, percent))] : []
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
    return { verb: t.part(told(release, percent)), ...part }
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

/** How many ever had what only part of the customers had; nothing of what everybody had, or nobody. */
function reach(release: PublicRelease, t: Words['log']) {
  const { percent, most_percent, first_exposed_at } = release
  const most = most_percent ?? percent ?? 0
  if (most >= 100 || (first_exposed_at === null && most <= 0)) return []
  return [t.seen_by(told(release, most || null))]
}

/** Of a way back from what only part of the customers had, how many that were. */
function reverted({ reverts_most_percent: most }: PublicRelease, t: Words['log']) {
  return most !== null && most > 0 && most < 100 ? [t.seen_by(most)] : []
}

/** The percent, where pages may tell it. */
function told({ percent_shown }: PublicRelease, percent: number | null) {
  return percent_shown ? percent : null
}

/** What a drill came to that nobody has gone to the end yet. */
function drillState(state: PublicRelease['state'], t: Words['log']) {
  if (state === 'failed') return t.drill_failed
  if (state === 'lost') return t.no_news
  return state === 'cancelled' || state === 'rolled_back' ? t.drill_stopped : t.drill_under_way
}
