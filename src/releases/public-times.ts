import { visibleComponents, visibleReleases } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import type { PublicRelease } from './public.ts'

/** What counting needs of a release that everybody got: a light form of `PublicRelease`. */
export type ReleaseTimes = Pick<PublicRelease, 'started_at'> & {
  component_id: string
  live_at: string
  isBack: boolean
}

/** What went live for everybody since a moment, ways back too, in any order: for counting how often and how fast. */
export async function publicReleaseTimes({ db }: Context, since: string): Promise<ReleaseTimes[]> {
  const rows = await visibleReleases(db)
    .select(['releases.component_id', 'releases.kind', 'releases.started_at', 'releases.live_at'])
    .where('releases.live_at', '>=', since)
    .execute()
  return rows.map(({ component_id, kind, started_at, live_at }) => ({
    component_id,
    started_at,
    live_at: live_at ?? '',
    isBack: kind === 'rollback',
  }))
}

/** Every component that may be named, archived ones too: what was released of it is counted. */
export async function namedComponents({ db }: Context) {
  const rows = await visibleComponents(db)
    .select(['id', 'slug', 'name', 'archived_at'])
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map(({ archived_at, ...named }) => ({ ...named, archived: archived_at !== null }))
}
