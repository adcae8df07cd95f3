import type { Selectable } from 'kysely'
import type { Tables } from '../platform/tables.ts'
import { isDrill } from './model.ts'
import { nameOf } from './reading.ts'

type Release = Omit<Selectable<Tables['releases']>, 'state' | 'rollback'>

/** What does not fit to what we know of the component, with a code for machines; nothing is refused for it. */
export function remarksOn(release: Release, thoughtLive?: string): { code: string; words: string }[] {
  const remarks = []
  const { drift_version, kind, previous_release_id, restores_release_id, reverts_release_id } = release
  if (drift_version) {
    const words = `The tool found ${drift_version} in place, which is not what we thought was live${thoughtLive ? `: ${thoughtLive}` : ''}.`
    remarks.push({ code: 'drift', words })
  }
  const isAimed = kind === 'rollback' && previous_release_id && (release.version || release.commit)
  if (isAimed && !restores_release_id) {
    const words = `It goes back to ${nameOf(release)}, which we never saw live here.`
    remarks.push({ code: 'never_live', words })
  }
  if (isAimed && restores_release_id === previous_release_id && !reverts_release_id && !isDrill(release)) {
    remarks.push({
      code: 'undoes_nothing',
      words: 'It goes back to what was live already, so it undoes nothing.',
    })
  }
  return remarks
}
