import { z } from 'zod'

/** What can be found, in the order in which it is shown. */
export const kinds = ['component', 'incident', 'update', 'note', 'postmortem', 'release'] as const
export type Kind = (typeof kinds)[number]

export const kindWords: Record<Kind, string> = {
  component: 'Components',
  incident: 'Incidents',
  update: 'What was said',
  note: 'Notes of the team',
  postmortem: 'Postmortems',
  release: 'Releases',
}

export const query = z.string().max(200)
export const kind = z.enum(kinds)

/** Words that an index holds of each document of a kind: no word of a person begins with a dot. */
export function kindToken(of: Kind): string {
  return `.${of}`
}

/** What a store is asked: words as they are written, the last one perhaps only begun, of one kind or of all. */
export type Wanted = {
  words: string[]
  begun: string | null
  kind: Kind | undefined
  /** Only what was born before this place. */
  before: number | null
  limit: number
}
export type Found = { id: string; kind: string; about: string; place: number }
