import { count } from '../components/headline.ts'
import { statusWords, worstStatus } from '../components/model.ts'
import type { PublicComponent } from '../components/public.ts'

/** The sentences and colours of the public page. Pure: no clock, no store. */

/** The line over a group: its worst status, and of how many. */
export function groupLine(components: readonly Pick<PublicComponent, 'status'>[]) {
  const status = worstStatus(components.map((component) => component.status))
  const affected = components.filter((component) => component.status !== 'operational').length
  if (affected === 0 || components.length === 1) return { status, words: statusWords[status] }
  const what = status === 'under_maintenance' ? 'under maintenance' : 'affected'
  return { status, words: `${affected} of ${components.length} ${what}` }
}

/** A day on which nothing happened to customers. */
export function quietDay(releases: number): string {
  return releases === 0 ? 'No incidents.' : `No incidents, ${count(releases, 'release')}.`
}

const small = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
]

/** A number that begins a sentence: "Three", "61". */
export function numberFirst(number: number): string {
  return small[number] ?? number.toLocaleString('en')
}
