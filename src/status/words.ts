import { worstStatus } from '../components/model.ts'
import type { PublicComponent } from '../components/public.ts'
import type { Words } from '../site/words/index.ts'

/** The line over a group: its worst status, and of how many. */
export function groupLine(components: readonly Pick<PublicComponent, 'status'>[], t: Words) {
  const status = worstStatus(components.map((component) => component.status))
  const all = components.length
  const affected = components.filter((component) => component.status !== 'operational').length
  if (affected === 0 || all === 1) return { status, words: t.status[status] }
  const words =
    status === 'under_maintenance' ? t.group.maintained(affected, all) : t.group.affected(affected, all)
  return { status, words }
}
