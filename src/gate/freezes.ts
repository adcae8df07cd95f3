import { namedIds } from '../incidents/named.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { FreezeChange, freezeState, NewFreeze } from './freeze.ts'
import { detailOf, onlyTogether, refuseChange, refuseSpan, stale } from './freeze-checks.ts'
import { layOutFreezes, startFreezeSeries } from './freeze-series.ts'
import { editLaterFreezes } from './freeze-series-edits.ts'
import { type Freeze, freezeById, insertFreeze, updateFreeze, writeComponents } from './store.ts'

/** Plans a time in which nothing goes out, of some components or, without any, of all; once, or as a rule repeats it. */
export function planFreeze(ctx: Context, input: NewFreeze): Promise<Freeze> {
  const { components, repeats, ...said } = NewFreeze.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    refuseSpan(said, at)
    const ids = await namedIds(ctx, components, [])
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

/**
 * Changes what is given and leaves the rest. What is over stays as it was. Of a freeze that repeats, only this one is
 * changed, or (`which: 'later'`) this one and all later ones.
 */
export function editFreeze(ctx: Context, id: string, input: FreezeChange): Promise<Freeze> {
  const said = FreezeChange.parse(input)
  if (said.which === 'later') return editLaterFreezes(ctx, id, said)
  const { components, version, which: _, repeats, ...change } = said
  return inTransaction(ctx, async (ctx) => {
    const freeze = await freezeById(ctx, id)
    const at = nowText(ctx)
    if (version !== undefined && version !== freeze.version) throw stale(freeze)
    if (repeats && repeats !== freeze.repeats) throw onlyTogether()
    const { reason, starts_at, ends_at } = { ...freeze, ...change }
    refuseChange(freeze, { starts_at, ends_at }, at)
    const changed = { ...change, updated_at: at }
    if (!(await updateFreeze(ctx, freeze, changed))) throw stale(await freezeById(ctx, id))
    if (components) await writeComponents(ctx, id, await namedIds(ctx, components, freeze.components))
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
