import { type Context, nowText } from '../platform/context.ts'
import { nameOf } from '../releases/reading.ts'
import { type Release, releaseById } from '../releases/store.ts'
import { goneArtifacts } from './artifacts.ts'
import { choiceFor } from './choice.ts'
import { newestDrill } from './lane-store.ts'
import type { ReadinessField, Remark, Said } from './model.ts'
import { type Readiness, readinessFrom } from './readiness.ts'
import { checksOf, type PlanRow } from './readiness-store.ts'
import { statementsOf } from './statements.ts'

export type ReadinessOfRelease = Readiness & {
  release: Release
  /** What it would go back to: what was chosen when it is live, else what came before it. */
  target: Release | null
  /** The operator's answers as they stand, for the form; version 0 is of none yet. */
  version: number
  answered_at: string | null
  answered_by: string | null
  /** What counts when the operator says nothing: the form's "as told". */
  told: Readiness
}

/** Whether there is an easy way back from a release, and whether anybody prepared it: each field with who said it. */
export async function readinessOf(ctx: Context, release: string | Release): Promise<ReadinessOfRelease> {
  const one = typeof release === 'string' ? await releaseById(ctx, release) : release
  return readinessGiven(ctx, one, await wayBackOf(ctx, one))
}

/** The same, when it is known already what it would go back to. */
export async function readinessGiven(
  ctx: Context,
  one: Release,
  { target, finishes }: Omit<Place, 'plan'>,
): Promise<ReadinessOfRelease> {
  const said = (await statementsOf(ctx, one.component_id, [one]))(one)
  const derived = await derivedFor(ctx, one, { target, finishes, plan: said.plan })
  const all = { ...said, ...derived }
  const now = nowText(ctx)
  const { answers } = said
  return {
    ...readinessFrom(all, now),
    release: one,
    target,
    version: answers?.version ?? 0,
    answered_at: answers?.answered_at ?? null,
    answered_by: answers?.answered_by ?? null,
    told: readinessFrom({ ...all, operator: {} }, now),
  }
}

/** What a tool is to be told at once of the release that it speaks of; nothing is looked up for it anywhere else. */
export async function readinessWarnings(ctx: Context, release: Release): Promise<Remark[]> {
  const said = (await statementsOf(ctx, release.component_id, [release]))(release)
  return readinessFrom(said, nowText(ctx)).warnings
}

async function wayBackOf(ctx: Context, release: Release) {
  const { known, choice } = await choiceFor(ctx, release, release.id)
  const isNow = choice.live?.id === release.id || known.from?.id === release.id
  if (isNow) return { target: choice.target, finishes: known.finishes }
  const previous = release.previous_release_id
  return { target: previous ? await releaseById(ctx, previous) : null, finishes: known.finishes }
}

type Place = { target: Release | null; finishes: readonly Release[]; plan: PlanRow | undefined }

/** What history and our own looks say: what to go back to, whether it is still there, when it was last walked. */
async function derivedFor(ctx: Context, { component_id }: Release, { target, finishes, plan }: Place) {
  const drill = await newestDrill(ctx, component_id)
  const derived: Partial<Said> = {
    rollback_tested_at: drill?.drill_at ?? null,
    rollback_tested_where: drill?.environment ?? null,
  }
  const notes: Partial<Record<ReadinessField, string>> = { rollback_tested_at: 'a drill' }
  if (!target) return { derived, notes }
  const checks = await checksOf(ctx, [target.id])
  const gone = goneArtifacts(finishes, checks, plan?.artifacts_kept ?? null).get(target.id)
  const isFound = gone === undefined && checks[0]?.state === 'found'
  Object.assign(derived, {
    rollback_target: nameOf(target),
    artifact_ref: target.artifact,
    artifact_retained: gone !== undefined ? 'no' : isFound ? 'yes' : null,
  })
  notes.rollback_target = 'the last good version'
  notes.artifact_ref = `the artifact of ${nameOf(target)}`
  notes.artifact_retained = gone ?? 'its address was asked'
  return { derived, notes }
}
