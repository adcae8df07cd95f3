import { visibleReleaseRows } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import { secondsTaken } from './model.ts'
import type { PublicRelease } from './public.ts'

/** What counting needs of a release that everybody got: a light form of `PublicRelease`. */
export type ReleaseTimes = Pick<PublicRelease, 'took_seconds'> & { component_id: string; isBack: boolean }

/** What went live for everybody since a moment, ways back too, in any order: for counting how often and how fast. */
export async function publicReleaseTimes({ db }: Context, since: string): Promise<ReleaseTimes[]> {
  const rows = await visibleReleaseRows(db)
    .select(['releases.component_id', 'releases.kind', 'releases.asked_at'])
    .select(['releases.started_at', 'releases.live_at'])
    .where('releases.live_at', '>=', since)
    .execute()
  return rows.map((row) => ({
    component_id: row.component_id,
    isBack: row.kind === 'rollback',
    took_seconds: secondsTaken(row),
  }))
}

/** How many of each component went live for everybody since a moment, by kind: counted where they lie. */
export async function publicReleaseCounts({ db }: Context, since: string) {
  const rows = await visibleReleaseRows(db)
    .select(['releases.component_id', 'releases.kind'])
    .select((release) => release.fn.countAll<number>().as('count'))
    .where('releases.live_at', '>=', since)
    .groupBy(['releases.component_id', 'releases.kind'])
    .execute()
  return rows.map(({ component_id, kind, count }) => ({
    component_id,
    isBack: kind === 'rollback',
    count: Number(count),
  }))
}
