import { type Context, nowText } from '../platform/context.ts'
import type { Lane } from '../releases/lanes.ts'
import { isSameThing, versionKinds } from '../releases/model.ts'
import { type Release, releaseById } from '../releases/store.ts'
import { readinessFrom, type Statements, whyShut } from '../rollbacks/readiness.ts'
import { planRow } from '../rollbacks/readiness-store.ts'
import { readSaid, type ToolSaid } from '../rollbacks/said.ts'
import { statementsOf } from '../rollbacks/statements.ts'
import type { Named } from './lane.ts'
import type { Finding } from './model.ts'

type Question = { lane: Lane | null; asked: Named; said: Record<string, unknown> | null }

/** Whether nobody (this question, an event or an operator before it, the component's plan) said how it is rolled back. */
export async function unanswered(
  ctx: Context,
  component_id: string,
  { lane, asked, said }: Question,
): Promise<Finding[]> {
  const known = lane ? await knownRelease(ctx, lane, asked) : null
  const words = questionLeft(await statements(ctx, component_id, { known, said }), nowText(ctx))
  if (words === null) return []
  return [
    {
      code: 'rollback_unanswered',
      words,
      subject: known ? ['release', known.id] : ['component', component_id],
    },
  ]
}

/** What is still to be answered of what was said; null when nothing is. */
export function questionLeft(said: Statements, now: string): string | null {
  const { state, fields } = readinessFrom(said, now)
  const { schema_change, rollback_method, runbook, roll_forward_reason } = fields
  if (state === 'not_ready' && !roll_forward_reason.value) {
    return `It cannot be rolled back: ${whyShut(fields)}. Nobody has said why it goes out all the same.`
  }
  const isAnswered = schema_change.value || rollback_method.value || runbook.value
  return isAnswered ? null : 'Nobody has said how this release can be rolled back.'
}

async function statements(
  ctx: Context,
  component_id: string,
  { known, said }: { known: Release | null; said: Question['said'] },
): Promise<Statements> {
  const asked = readSaid(said, nowText(ctx))
  if (known) {
    const before = (await statementsOf(ctx, component_id, [known]))(known)
    return { ...before, tool: filledIn(before.tool, asked) }
  }
  const plan = await planRow(ctx, component_id)
  const { rollback_method, artifact_retained, data_compat, runbook } = plan ?? {}
  const component = { rollback_method, artifact_retained, data_compat, runbook } as Statements['component']
  return { operator: {}, tool: asked, derived: {}, notes: {}, component }
}

/** What the tool says now counts more than what it said before; what it leaves out wipes nothing. */
function filledIn(before: ToolSaid, now: ToolSaid): ToolSaid {
  const said = Object.entries(now).filter(([, value]) => value !== null)
  return { ...before, ...Object.fromEntries(said) }
}

/** The newest release of what is asked about, which may have been told of before it goes out; else the newest at all. */
async function knownRelease(ctx: Context, lane: Lane, asked: Named): Promise<Release | null> {
  const isNamed = asked.version !== null || asked.commit !== null
  const rows = await ctx.db
    .selectFrom('releases')
    .select(['id', 'version', 'commit'])
    .where((all) => all.and(lane))
    .where('kind', 'in', [...versionKinds])
    .orderBy('lane_at', 'desc')
    .orderBy('id', 'desc')
    .limit(isNamed ? 50 : 1)
    .execute()
  const found = isNamed ? rows.find((release) => isSameThing(release, asked)) : rows[0]
  return found ? releaseById(ctx, found.id) : null
}
