import type { Words } from '../site/words/index.ts'
import { type ComponentStatus, worstStatus } from './model.ts'
import type { PublicComponent } from './public.ts'

export type Headline = { tone: ComponentStatus | 'unknown'; words: string; more: string; calm: boolean }

type Told = Pick<PublicComponent, 'name' | 'status'>

/** The one sentence that the page is about: the worst status of any component wins. */
export function headline(components: readonly Told[], openIncidents: number, t: Words['headline']): Headline {
  if (components.length === 0 && openIncidents === 0) {
    return { tone: 'unknown', words: t.nothing, more: t.nothing_more, calm: true }
  }
  const tone = worstStatus(components.map((component) => component.status))
  const more = countWords(components, tone, openIncidents, t)
  if (tone === 'operational') return { tone, words: t.calm, more, calm: openIncidents === 0 }
  const worst = components.filter((component) => component.status === tone)
  const words = worst.length === 1 ? t.one(worst[0]?.name ?? '', tone) : t.several(worst.length, tone)
  return { tone, words, more, calm: false }
}

function countWords(
  components: readonly Told[],
  worst: ComponentStatus,
  openIncidents: number,
  t: Words['headline'],
) {
  const all = components.length
  const affected = components.filter((component) => component.status !== 'operational').length
  if (affected === 0) {
    const working = all === 0 ? [] : [t.working(all)]
    if (openIncidents > 0) working.push(t.open(openIncidents))
    return working.join(' ')
  }
  const isCare = worst === 'under_maintenance'
  if (affected < all) return isCare ? t.maintained(affected, all) : t.affected(affected, all)
  if (all === 1) return t.only
  return isCare ? t.all_maintained(all) : t.all_affected(all)
}
