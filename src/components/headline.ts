import { type ComponentStatus, worstStatus } from './model.ts'
import type { PublicComponent } from './public.ts'

const troubles: Record<Exclude<ComponentStatus, 'operational'>, string> = {
  major_outage: 'down',
  partial_outage: 'partly down',
  degraded_performance: 'degraded',
  under_maintenance: 'under maintenance',
}

export type Headline = { tone: ComponentStatus | 'unknown'; words: string; more: string; calm: boolean }

/** The one sentence that the page is about: the worst status of any component wins. */
export function headline(
  components: readonly Pick<PublicComponent, 'name' | 'status'>[],
  openIncidents: number,
): Headline {
  if (components.length === 0 && openIncidents === 0) {
    const more = 'Components and releases appear here once they are added.'
    return { tone: 'unknown', words: 'Nothing is reported yet', more, calm: true }
  }
  const tone = worstStatus(components.map((component) => component.status))
  const more = countWords(components, tone, openIncidents)
  if (tone === 'operational') return { tone, words: 'Everything is working', more, calm: openIncidents === 0 }
  const worst = components.filter((component) => component.status === tone)
  const who = worst.length === 1 ? `${worst[0]?.name} is` : `${worst.length} components are`
  return { tone, words: `${who} ${troubles[tone]}`, more, calm: false }
}

function countWords(
  components: readonly Pick<PublicComponent, 'name' | 'status'>[],
  worst: ComponentStatus,
  openIncidents: number,
) {
  const all = components.length
  const affected = components.filter((component) => component.status !== 'operational').length
  const what = worst === 'under_maintenance' ? 'under maintenance' : 'affected'
  if (affected === 0) {
    const working = all === 0 ? [] : [all === 1 ? '1 component is working.' : `${whole(all)} working.`]
    if (openIncidents > 0) working.push(`${count(openIncidents, 'incident')} ${isAre(openIncidents)} open.`)
    return working.join(' ')
  }
  if (affected === all) return all === 1 ? 'It is the only component.' : `${whole(all)} ${what}.`
  return `${affected} of ${all} components ${isAre(affected)} ${what}, everything else works.`
}

function whole(all: number) {
  return all === 2 ? 'Both components are' : `All ${all} components are`
}

/** "1 release", "3 releases" */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

function isAre(number: number) {
  return number === 1 ? 'is' : 'are'
}
