import { z } from 'zod'
import { listQuery } from '../platform/http.ts'
import { dateIn, fromWallClock } from '../platform/zone.ts'

/** A field of the form that is left empty asks for all. */
const asked = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given) => (given === '' ? undefined : given), schema.optional())

const word = asked(z.string().max(100))
const date = z.iso
  .date('A day is written like 2026-11-23.')
  .refine((text) => text >= '1970' && text < '9999', 'The journal has no day so far away.')

/** Which lines of the journal: of one person, one kind of thing, one action, one day in the page's zone, one thing. */
export const journalFilter = z.object({
  actor: word.describe('The id of who did it, or `cli` or `system`.'),
  subject_kind: word.describe('What it was done to: incident, release, user …'),
  action: word,
  day: asked(date).describe('A calendar day in the zone of the page, like 2026-11-23.'),
  subject_id: word,
})
export type JournalFilter = z.output<typeof journalFilter>

export const journalQuery = listQuery.extend(journalFilter.shape)
export type JournalQuery = z.output<typeof journalQuery>

/** The moments between which a calendar day lies in a zone: from, and before. */
export function spanOf(day: string, zone: string): [from: string, before: string] {
  const noon = new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString()
  return [fromWallClock(day, '00:00', zone), fromWallClock(dateIn(noon, 'UTC'), '00:00', zone)]
}

/** What a line of the journal may be about, as people call it. */
export const subjectKinds = {
  incident: 'Incidents',
  release: 'Releases',
  rollback_request: 'Rollbacks asked for',
  component: 'Components',
  group: 'Groups',
  environment: 'Environments',
  maintenance: 'Planned work',
  freeze: 'Freezes',
  source: 'Sources',
  delivery: 'Deliveries',
  event: 'Inbox',
  call: 'Calls',
  user: 'People',
  invitation: 'Invitations',
  token: 'Tokens',
  site: 'The page',
} as const
