import { componentById } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { gateRules, type RuleLevels, RulesChange } from './model.ts'
import { rulesOf, writeRule } from './store.ts'

/** Says how a component takes the rules that are named: each stops a release, warns, or is off. */
export function setRules(ctx: Context, component_id: string, input: RulesChange): Promise<RuleLevels> {
  const said = RulesChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const { name, archived_at } = await componentById(ctx, component_id)
    if (archived_at) throw new Refusal('conflict', `${name} is archived. Restore it first.`)
    const known = await rulesOf(ctx, component_id)
    const changed = gateRules.filter((rule) => said[rule] !== undefined && said[rule] !== known[rule])
    for (const rule of changed) await writeRule(ctx, { component_id, rule, level: said[rule] ?? known[rule] })
    if (changed.length > 0) {
      const rules = Object.fromEntries(changed.map((rule) => [rule, said[rule]]))
      const detail = { component_id, rules }
      await record(ctx, { action: 'gate.rules_set', subject: ['component', component_id], detail })
    }
    return rulesOf(ctx, component_id)
  })
}
