import type { Quarter } from '../components/quarters.ts'
import { visibleReleaseRows } from '../components/visibility.ts'
import type { Context } from '../platform/context.ts'
import { isDrill, secondsTaken } from './model.ts'
import type { PublicRelease } from './public.ts'

/** What counting needs of a release that everybody got: a light form of `PublicRelease`. */
export type ReleaseTimes = Pick<PublicRelease, 'took_seconds'> & {
  component_id: string
  /** A way back that was needed; a drill is counted apart from both. */
  isBack: boolean
  isDrill: boolean
}

/** What went live for everybody since a moment, ways back and drills too, in any order: for counting how often and how fast. */
export async function publicReleaseTimes({ db }: Context, since: string): Promise<ReleaseTimes[]> {
  const rows = await visibleReleaseRows(db)
    .select(['releases.component_id', 'releases.kind', 'releases.asked_at', 'releases.drill_at'])
    .select(['releases.started_at', 'releases.live_at'])
    .where('releases.live_at', '>=', since)
    .execute()
  return rows.map((row) => ({
    component_id: row.component_id,
    isBack: row.kind === 'rollback' && !isDrill(row),
    isDrill: isDrill(row),
    took_seconds: secondsTaken(row),
  }))
}

/** The last time that everybody's way back on a component was walked, for need or as a drill; null: never. */
export async function lastPublicWayBack({ db }: Context, component_id: string) {
  const row = await visibleReleaseRows(db)
    .select(['releases.id', 'releases.kind', 'releases.drill_at', 'releases.asked_at'])
    .select(['releases.started_at', 'releases.live_at'])
    .where('releases.component_id', '=', component_id)
    .where('releases.kind', '=', 'rollback')
    .where('releases.live_at', 'is not', null)
    .orderBy('releases.live_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) return null
  return { id: row.id, live_at: row.live_at ?? '', isDrill: isDrill(row), took_seconds: secondsTaken(row) }
}

/** How many releases, ways back and drills of a component went live for everybody in a quarter. */
export type QuarterCount = {
  component_id: string
  quarter: string
  releases: number
  backs: number
  drills: number
}

/** The same for each component and each of these quarters (newest first): counted where they lie. */
export async function publicReleaseCounts({ db }: Context, quarters: readonly Quarter[]) {
  const told = visibleReleaseRows(db)
    .where('releases.live_at', '>=', quarters.at(-1)?.from ?? '')
    .select(['releases.component_id', 'releases.kind', 'releases.drill_at'])
    .select(({ eb }) => {
      const [newest, ...others] = quarters
      const first = eb.case().when('releases.live_at', '>=', newest?.from ?? '')
      return others
        .reduce(
          (when, { from, quarter }) => when.when('releases.live_at', '>=', from).then(quarter),
          first.then(newest?.quarter ?? ''),
        )
        .end()
        .as('quarter')
    })
  const rows = await db
    .selectFrom(told.as('told'))
    .select(['told.component_id', 'told.kind', 'told.quarter'])
    .select(({ fn }) => [fn.countAll<number>().as('all'), fn.count<number>('told.drill_at').as('drills')])
    .groupBy(['told.component_id', 'told.kind', 'told.quarter'])
    .execute()
  return rows.map(({ component_id, kind, quarter, all, drills }): QuarterCount => {
    const isBack = kind === 'rollback'
    const practised = isBack ? Number(drills) : 0
    return {
      component_id,
      quarter: quarter ?? '',
      releases: isBack ? 0 : Number(all),
      backs: isBack ? Number(all) - practised : 0,
      drills: practised,
    }
  })
}
