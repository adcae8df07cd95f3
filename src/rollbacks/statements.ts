import { versionName } from '../components/live.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { Release } from '../releases/store.ts'
import type { Said } from './model.ts'
import type { Statements } from './readiness.ts'
import { answersFor, type PlanRow, planRow } from './readiness-store.ts'
import { readSaid } from './said.ts'

type Answers = Awaited<ReturnType<typeof answersFor>>[number]

/** What operator, tool and component say of each of these releases of one component; nothing derived yet. */
export async function statementsOf(ctx: Context, component_id: string, releases: readonly Release[]) {
  const plan = await planRow(ctx, component_id)
  const rows = await answersFor(
    ctx,
    releases.map(({ id }) => id),
  )
  const answers = new Map(rows.map((row) => [row.release_id, row]))
  const now = nowText(ctx)
  return (release: Release): Statements & { answers: Answers | undefined; plan: PlanRow | undefined } => ({
    operator: operatorSaid(answers.get(release.id)),
    tool: readSaid(rawOf(release), now),
    derived: {},
    notes: {},
    component: componentSaid(plan),
    answers: answers.get(release.id),
    plan,
  })
}

function rawOf({ rollback }: Release) {
  return rollback === null ? null : (JSON.parse(rollback) as Record<string, unknown>)
}

function operatorSaid(row: Answers | undefined): Partial<Said> {
  if (!row) return {}
  const { target_version: version, target_commit: commit, ...said } = row
  const rollback_target = said.rollback_target_release_id && versionName({ version, commit })
  return { ...(said as unknown as Partial<Said>), rollback_target }
}

function componentSaid(plan: PlanRow | undefined): Partial<Said> {
  if (!plan) return {}
  const { rollback_method, artifact_retained, data_compat, runbook } = plan
  return { rollback_method, artifact_retained, data_compat, runbook } as Partial<Said>
}
