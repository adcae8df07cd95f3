import { duration, seconds } from '../platform/zone.ts'
import type { PublicRelease } from '../releases/public.ts'

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
export function logLine(release: PublicRelease, environments: boolean): LogLine {
  const { id, component, incident, environment } = release
  const { since, ...told } = release.kind === 'rollback' ? toldRollback(release) : toldRelease(release)
  const details = environments ? [environment, ...told.details] : told.details
  return { id, component, incident, ...told, details, at: since ?? release.at, versions: versionsOf(release) }
}

type Told = Pick<LogLine, 'verb' | 'icon' | 'tone' | 'details'> & {
  /** Since when it is so, of what is not over. */
  since?: string | null
}

/** "2.14.0 → 2.13.4" for a way back, else the version. */
export function versionsOf({ kind, version, reverts_version }: PublicRelease): string {
  const name = version ?? 'no version'
  return kind === 'rollback' && reverts_version ? `${reverts_version} → ${name}` : name
}

function toldRollback(release: PublicRelease): Told {
  const way = { icon: 'rollback', tone: 'rollback' as const }
  const { live_at, state, percent, took_seconds, started_at } = release
  if (live_at) {
    const took = took_seconds === null ? [] : [`in ${seconds(took_seconds)}`]
    return { ...way, verb: 'Rolled back', details: took }
  }
  if (state === 'failed') return { ...way, verb: 'Rollback failed', details: [] }
  if (state === 'cancelled' || state === 'rolled_back')
    return { ...way, verb: 'Rollback stopped', details: [] }
  if (state === 'lost')
    return { ...way, verb: 'Rolling back', details: ['no news for a while'], since: started_at }
  const part = percent !== null && percent < 100 ? [`${percent}% of customers so far`] : []
  return { ...way, verb: 'Rolling back', details: part, since: started_at }
}

const done: Record<string, string> = {
  deploy: 'Released',
  redeploy: 'Released again',
  config: 'Settings changed',
  flag: 'Flag changed',
}

function toldRelease(release: PublicRelease): Told {
  const { kind, state, live_at, percent, first_exposed_at, dark_at } = release
  if (state === 'canary') {
    return {
      verb: `${percent ?? 0}% of customers`,
      icon: 'partly',
      tone: 'partly',
      details: [],
      since: first_exposed_at,
    }
  }
  if (state === 'dark')
    return { verb: 'Dark launch', icon: 'dark', tone: 'partly', details: [], since: dark_at }
  if (live_at) return { verb: done[kind] ?? 'Released', icon: 'release', tone: '', details: undone(release) }
  if (state === 'rolled_back')
    return { verb: 'Taken back', icon: 'rollback', tone: 'rollback', details: reach(release) }
  if (state === 'failed') return { verb: 'Failed', icon: 'failed', tone: 'failed', details: reach(release) }
  if (state === 'cancelled')
    return { verb: 'Stopped', icon: 'failed', tone: 'failed', details: reach(release) }
  return { verb: 'Releasing', icon: 'running', tone: '', details: [], since: first_exposed_at }
}

function undone({ undone_at, first_exposed_at, live_at }: PublicRelease) {
  const from = first_exposed_at ?? live_at
  return undone_at && from ? [`was out for ${duration(from, undone_at)}`] : []
}

function reach({ percent }: PublicRelease) {
  return percent !== null && percent > 0 && percent < 100 ? [`seen by ${percent}% of customers`] : []
}
