import type { ExpressionBuilder } from 'kysely'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import { isDrill } from './model.ts'
import { retell } from './runs.ts'
import { type Release, releaseById, updateRelease } from './store.ts'

type Where = ExpressionBuilder<Tables, 'releases'>

/** Leaves drills out of a query: what counts ways back, or asks what went wrong, does not mean them. */
export function notDrill(release: Where) {
  return release.or([release('releases.drill_at', 'is', null), release('releases.kind', '!=', 'rollback')])
}

/** Only drills: when the way back was last walked without need. */
export function onlyDrills(release: Where) {
  return release.and([
    release('releases.drill_at', 'is not', null),
    release('releases.kind', '=', 'rollback'),
  ])
}

/** Says whether a rollback was a drill; null leaves it to the tool again. Its lane is settled anew. */
export function markDrill(ctx: Context, release_id: string, drill: boolean | null): Promise<Release> {
  return inTransaction(ctx, async (ctx) => {
    const was = await releaseById(ctx, release_id)
    if (was.kind !== 'rollback') throw new Refusal('conflict', 'Only a rollback can be a drill.')
    const corrected_drill = drill === null ? null : drill ? 'yes' : 'no'
    if (was.corrected_drill === corrected_drill) return was
    await updateRelease(ctx, release_id, { corrected_drill })
    await retell(ctx, [release_id])
    const release = await releaseById(ctx, release_id)
    const { version, component_id } = release
    const was_drill = isDrill(release)
    const detail = { version, component_id, drill: was_drill, was: was_drill ? 'was' : 'was not' }
    await record(ctx, { action: 'release.marked_drill', subject: ['release', release_id], detail })
    return release
  })
}

/** What whoever calls a rollback a drill should know: what was open on its component when it was walked. */
export async function drillWarnings(
  { db }: Context,
  release: Pick<Release, 'kind' | 'drill_at' | 'live_at' | 'last_event_at' | 'component_id'>,
): Promise<Warning[]> {
  if (!isDrill(release)) return []
  const at = release.live_at ?? release.last_event_at
  const hurt = db
    .selectFrom('component_impacts')
    .select('incident_id')
    .where('component_id', '=', release.component_id)
    .where('incident_id', 'is not', null)
  const open = await db
    .selectFrom('incidents')
    .select(['id', 'title'])
    .where('id', 'in', hurt)
    .where('deleted_at', 'is', null)
    .where('started_at', '<=', at)
    .where((or) => or.or([or('resolved_at', 'is', null), or('resolved_at', '>', at)]))
    .orderBy('started_at')
    .execute()
  return open.map(({ title }) => ({
    code: 'drill_during_incident',
    words: `“${title}” was open on this component: was it really a drill?`,
  }))
}

type Warning = { code: string; words: string }
