import type { ExpressionBuilder } from 'kysely'
import type { Tables } from '../platform/tables.ts'
import { environmentName } from '../sources/environment-name.ts'

export type ReleaseFilter = {
  limit: number
  cursor?: string | undefined
  /** A slug or an id. */
  component?: string | undefined
  environment?: string | undefined
  /** A state, or `lost`. */
  state?: string | undefined
  kind?: string | undefined
  /** Only what stands in the log from this moment on. */
  since?: string
  /** Only what stands in it before this moment. */
  until?: string
}

type Where = ExpressionBuilder<Tables, 'releases' | 'components' | 'environments'>

/** What a filter asks for, whoever asks. A run that fell silent is lost, and in no other state. */
export function matching({ component, environment, state, kind, since, until }: ReleaseFilter, now: string) {
  return (where: Where) => {
    const { eb } = where
    const asked = []
    if (component) {
      // one id, looked up first: so that the component's own releases are read, and in their order
      const named = eb
        .selectFrom('components as asked')
        .select('asked.id')
        .where((or) => or.or([or('asked.slug', '=', component), or('asked.id', '=', component)]))
        .limit(1)
      asked.push(eb('releases.component_id', '=', named))
    }
    if (environment) asked.push(eb('environments.name', '=', environmentName(environment)))
    if (kind) asked.push(eb('releases.kind', '=', kind))
    if (since) asked.push(eb('releases.lane_at', '>=', since))
    if (until) asked.push(eb('releases.lane_at', '<', until))
    if (state === 'lost') asked.push(eb('releases.deadline_at', '<', now))
    else if (state) {
      const speaks = [eb('releases.deadline_at', 'is', null), eb('releases.deadline_at', '>=', now)]
      asked.push(eb('releases.state', '=', state), eb.or(speaks))
    }
    return eb.and(asked)
  }
}
