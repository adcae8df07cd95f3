import { type Finding, findingsOn, spanWords } from './finding.ts'

const hour = 3_600_000

/** Whether the newest backup (ISO 8601; null: there is none) is as new as it should be; `every_hours` 0: none is made here. */
export function checkBackups(newest: string | null, every_hours: number, now: Date): Finding[] {
  const { ok, warn, fail } = findingsOn('backups')
  const advice =
    'See in the log why it failed, and that its folder can be written; make one now: shiplog backup.'
  if (every_hours === 0)
    return [warn('No backup is made here.', 'See that the database is backed up elsewhere.')]
  if (newest === null) return [warn('There is no backup yet.', 'Make one now: shiplog backup.')]
  const age = now.getTime() - Date.parse(newest)
  const words = `The newest is ${spanWords(age)} old.`
  if (age > every_hours * hour * 3) return [fail(words, advice)]
  return [age > every_hours * hour * 1.25 ? warn(words, advice) : ok(words)]
}
