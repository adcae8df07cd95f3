import { componentByIdOrSlug } from '../components/store.ts'
import { fault } from '../incidents/model.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { FreezeChange, faultOfSpan, freezeState, NewFreeze } from './freeze.ts'
import { layOutFreezes, startFreezeSeries } from './freeze-series.ts'
import {
  comingFreezes,
  endFreezeSeries,
  type Freeze,
  freezeById,
  insertFreeze,
  updateFreeze,
  writeComponents,
} from './store.ts'

/** Plans a time in which nothing goes out, of some components or, without any, of all; once, or as a rule repeats it. */
export function planFreeze(ctx: Context, input: NewFreeze): Promise<Freeze> {
  const { components, repeats, ...said } = NewFreeze.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    refuseSpan(said, at)
    const ids = await idsOf(ctx, components, [])
    const id = newId()
    const series = repeats ? await startFreezeSeries(ctx, { ...said, components: ids }, repeats) : null
    const place = { series_id: series?.id ?? null, occurs_at: series ? said.starts_at : null }
    const born = { ended_at: null, version: 1, created_at: at, updated_at: at }
    await insertFreeze(ctx, { id, ...said, ...born, ...place })
    await writeComponents(ctx, id, ids)
    if (series) await layOutFreezes(ctx, series)
    const detail = { ...detailOf(said), ...(repeats && { repeats }) }
    await record(ctx, { action: 'freeze.planned', subject: ['freeze', id], detail })
    return freezeById(ctx, id)
  })
}

/** Changes what is given and leaves the rest. What is over stays as it was. */
export function editFreeze(ctx: Context, id: string, input: FreezeChange): Promise<Freeze> {
  const { components, version, ...change } = FreezeChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const freeze = await freezeById(ctx, id)
    const at = nowText(ctx)
    if (version !== undefined && version !== freeze.version) throw stale(freeze)
    if (freezeState(freeze, at) === 'past') {
      throw new Refusal('conflict', 'This freeze is over. Plan a new one.')
    }
    const { reason, starts_at, ends_at } = { ...freeze, ...change }
    refuseSpan({ starts_at, ends_at }, at)
    const changed = { ...change, updated_at: at }
    if (!(await updateFreeze(ctx, freeze, changed))) throw stale(await freezeById(ctx, id))
    if (components) await writeComponents(ctx, id, await idsOf(ctx, components, freeze.components))
    const detail = detailOf({ reason, starts_at, ends_at })
    await record(ctx, { action: 'freeze.edited', subject: ['freeze', id], detail })
    return freezeById(ctx, id)
  })
}

/** Ends a freeze at once; one that has not begun never will. Whoever comes second finds it ended. */
export function endFreeze(ctx: Context, id: string): Promise<Freeze> {
  return inTransaction(ctx, async (ctx) => {
    const freeze = await freezeById(ctx, id)
    const at = nowText(ctx)
    if (freezeState(freeze, at) === 'past') return freeze
    if (!(await updateFreeze(ctx, freeze, { ended_at: at, updated_at: at }))) return endFreeze(ctx, id)
    await record(ctx, { action: 'freeze.ended', subject: ['freeze', id], detail: detailOf(freeze) })
    return freezeById(ctx, id)
  })
}

/** Ends a freeze and every time of it that is still to come: it repeats no more. */
export function stopFreezes(ctx: Context, id: string): Promise<Freeze> {
  return inTransaction(ctx, async (ctx) => {
    const { series_id, repeats } = await freezeById(ctx, id)
    if (!series_id || !repeats) throw new Refusal('conflict', 'This freeze does not repeat.')
    const at = nowText(ctx)
    await endFreezeSeries(ctx, series_id, at)
    for (const coming of await comingFreezes(ctx, series_id, at)) await endFreeze(ctx, coming)
    return endFreeze(ctx, id)
  })
}

function refuseSpan(span: { starts_at: string; ends_at: string }, now: string) {
  const wrong = faultOfSpan(span, now)
  if (wrong) throw fault(...wrong)
}

/** The components that are named, each once. One that was archived meanwhile may stay where it was. */
async function idsOf(ctx: Context, names: string[], known: { id: string }[]) {
  const ids = new Set<string>()
  for (const name of names) {
    const component = await componentByIdOrSlug(ctx, name).catch((error) => {
      const unknown = error instanceof Refusal && error.code === 'not-found'
      throw unknown ? fault('components', `There is no component “${name}”.`) : error
    })
    const stays = known.some(({ id }) => id === component.id)
    if (component.archived_at && !stays) throw fault('components', `${component.name} is archived.`)
    ids.add(component.id)
  }
  return [...ids]
}

function detailOf({ reason, starts_at, ends_at }: Pick<Freeze, 'reason' | 'starts_at' | 'ends_at'>) {
  return { reason, starts_at, ends_at }
}

function stale(current: Freeze) {
  const words = 'Somebody else changed this freeze meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
