import { componentById } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { PlanChange } from './readiness-input.ts'
import { type PlanRow, planRow, writePlan } from './readiness-store.ts'

const unplanned = {
  rollback_method: null,
  artifact_retained: null,
  data_compat: null,
  runbook: null,
  artifact_url: null,
  artifacts_kept: null,
  version: 0,
  created_at: '',
  updated_at: '',
}

/** How a component is rolled back as a rule: what its releases need not say. Version 0 is of none yet. */
export async function planOf(ctx: Context, component_id: string): Promise<PlanRow> {
  return (await planRow(ctx, component_id)) ?? { ...unplanned, component_id }
}

/** Says how a component is rolled back as a rule. The same again changes nothing. */
export function setPlan(ctx: Context, component_id: string, change: PlanChange): Promise<PlanRow> {
  return inTransaction(ctx, async (ctx) => {
    const { name, archived_at } = await componentById(ctx, component_id)
    if (archived_at) throw new Refusal('conflict', `${name} is archived. Restore it first.`)
    const was = await planOf(ctx, component_id)
    const { version = was.version, ...fields } = change
    if (version !== was.version) throw stale(name, was)
    const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
    const is: PlanRow = { ...was, ...said }
    const changed = Object.keys(said).filter((key) => is[key as 'runbook'] !== was[key as 'runbook'])
    if (changed.length === 0) return was
    const at = nowText(ctx)
    const row = { ...is, version: was.version + 1, created_at: was.created_at || at, updated_at: at }
    if (!(await writePlan(ctx, row, was.version))) throw stale(name, await planOf(ctx, component_id))
    const detail = { component_id, name, fields: changed }
    await record(ctx, { action: 'rollback.plan_set', subject: ['component', component_id], detail })
    return row
  })
}

function stale(name: string, current: PlanRow) {
  return new Refusal('stale', `How ${name} is rolled back was changed by somebody else meanwhile.`, {
    current,
  })
}
