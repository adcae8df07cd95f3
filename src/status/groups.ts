import type { PublicComponent } from '../components/public.ts'
import type { Words } from '../site/words/index.ts'
import type { Soundings } from './readings.ts'
import { groupLine } from './words.ts'

/** With more components than this, groups in which all is well are folded. */
const unfolded = 12
/** With more than this, a field to find one by its name helps. */
const findable = 25
/** Groups in the order of the page, then what has no group. */
export function groupsOf(components: PublicComponent[], soundings: Soundings, t: Words) {
  const several = components.some((component) => component.live.length > 1)
  const groups = [...Map.groupBy(components, (component) => component.group?.id ?? '').values()]
  return groups.map((members) => {
    const line = groupLine(members, t)
    return {
      name: members[0]?.group?.name ?? '',
      line,
      open: line.status !== 'operational' || components.length <= unfolded,
      components: members.map((component) => componentRow(component, several, soundings, t)),
    }
  })
}

/** Whether there are so many that a field to find one helps. */
export function needsFilter(components: readonly PublicComponent[]) {
  return components.length > findable
}

/** A component with its words and its drawing. */
export function componentRow(component: PublicComponent, several: boolean, soundings: Soundings, t: Words) {
  return {
    ...component,
    status_words: t.status[component.status],
    several,
    sounding: soundings.of(component),
  }
}
