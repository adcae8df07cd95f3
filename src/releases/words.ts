import { duration, moment, seconds } from '../platform/zone.ts'
import type { ReleaseKind } from '../sources/events.ts'
import { isDrill, type ReleaseState } from './model.ts'
import type { ReleaseView } from './reading.ts'
import { remarksOn } from './remarks.ts'

export const kindWords: Record<ReleaseKind, string> = {
  deploy: 'Release',
  rollback: 'Rollback',
  redeploy: 'Redeploy',
  config: 'Setting',
  flag: 'Flag',
}

/** How a kind came to be known. */
export const kindByWords: Record<string, string> = {
  tool: 'as its source said',
  history: 'inferred from what was live before',
  operator: 'corrected by an operator',
}

export const stateWords: Record<ReleaseState | 'lost', string> = {
  queued: 'Queued',
  waiting: 'Waiting for approval',
  running: 'Going out',
  canary: 'Part of the customers',
  dark: 'Dark',
  succeeded: 'Live',
  failed: 'Failed',
  cancelled: 'Cancelled',
  rolled_back: 'Rolled back',
  lost: 'Lost',
}

const icons: Record<ReleaseState | 'lost', string> = {
  queued: 'running',
  waiting: 'running',
  running: 'running',
  canary: 'partly',
  dark: 'dark',
  succeeded: 'release',
  failed: 'failed',
  cancelled: 'failed',
  rolled_back: 'rollback',
  lost: 'running',
}

/** How a state is drawn in a log: an icon, and one of the log's tones where there is one. */
export function lookOf(state: ReleaseState | 'lost') {
  const tone = { rolled_back: 'rollback', canary: 'partly', dark: 'partly', failed: 'failed', lost: 'failed' }
  return { icon: icons[state], tone: (tone as Record<string, string>)[state] ?? '' }
}

/** Where a release stands, in the fewest words. */
export function standing(release: ReleaseView): string {
  if (release.state === 'canary') return `${release.percent}% of customers`
  if (isDrill(release) && release.state === 'succeeded') return 'Drill'
  if (release.state === 'succeeded' && release.superseded_by_release_id) return 'Replaced'
  return stateWords[release.state]
}

/** Where a release stands, in a sentence, as the head of its page. */
export function headline(
  release: ReleaseView,
  { time_zone, now }: { time_zone: string; now: string },
): string {
  const { state, undone_at, first_exposed_at, last_event_at, percent, dark_at, kind } = release
  if (isDrill(release) && state === 'succeeded') return 'A drill, walked to the end'
  if (state === 'rolled_back' && undone_at && first_exposed_at) {
    const back = kind === 'flag' ? 'Switched off' : 'Rolled back'
    return `${back} after ${duration(first_exposed_at, undone_at)}`
  }
  if (state === 'canary') return `${percent}% of customers have it`
  if (state === 'dark' && dark_at) return `Dark since ${moment(dark_at, time_zone, now)}`
  if (state === 'dark') return 'Out, and nobody sees it yet'
  if (state === 'lost') return `No word for ${duration(last_event_at, now)}`
  if (state === 'succeeded')
    return release.superseded_by_release_id ? 'Replaced by a newer one' : 'Everybody has it'
  return stateWords[state]
}

/** What an operator should know before trusting the times and the kind of a release. */
export function cautions(release: ReleaseView, thoughtLive?: string): string[] {
  const said: string[] = []
  if (release.skewed_at) said.push('A clock is ahead: some times are when we heard of it.')
  if (release.backfilled_at) said.push('Heard of more than 7 days late: it is history, and nobody’s suspect.')
  said.push(...remarksOn(release, thoughtLive).map(({ words }) => words))
  if (release.drill_at && release.kind !== 'rollback')
    said.push('Its source calls it a drill, but it goes forward.')
  return said
}

/** "4 min", or null while unknown. */
export function tookWords({ took_seconds }: ReleaseView) {
  return took_seconds === null ? null : seconds(took_seconds)
}
