import { duration } from '../platform/zone.ts'
import type { PublicRelease } from '../releases/public.ts'
import { type LogLine, logLine } from './log.ts'

/** Where a release stands: what was undone is over, however well it had gone live; a rollback says from what. */
export function headOf(release: PublicRelease): Pick<LogLine, 'verb' | 'icon' | 'tone'> {
  const { undone_at, first_exposed_at, live_at, reverts_version } = release
  const from = first_exposed_at ?? live_at
  if (!undone_at || !from) {
    const line = logLine(release, false)
    const goes = ['Rolled back', 'Rolling back'].includes(line.verb) && reverts_version
    return goes ? { ...line, verb: `${line.verb} from ${reverts_version}` } : line
  }
  return { verb: `Rolled back after ${duration(from, undone_at)}`, icon: 'rollback', tone: 'rollback' }
}

/** What happened to it when, in the order in which it happened. */
export function timesOf(release: PublicRelease): [words: string, at: string][] {
  const { started_at, dark_at, first_exposed_at, live_at, finished_at, undone_at, replaced_at } = release
  const times: [string, string | null][] = [
    ['Started', started_at],
    ['Dark since', dark_at],
    ['First customers', first_exposed_at === live_at ? null : first_exposed_at],
    ['Everybody', live_at],
    ['Failed', release.state === 'failed' ? finished_at : null],
    ['Undone', undone_at],
    ['Replaced', undone_at ? null : replaced_at],
  ]
  return times.flatMap(([words, at]) => (at ? [[words, at] as [string, string]] : []))
}
