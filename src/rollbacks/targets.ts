import { type Component, componentById } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { badMarks } from '../releases/bad.ts'
import type { Release } from '../releases/store.ts'
import { usualReleaseSeconds, usualSeconds } from '../releases/usual.ts'
import { goneArtifacts } from './artifacts.ts'
import { drillsAmong, finishesOf, type Lane, newestDrill, partialSince, troublesOf } from './lane-store.ts'
import type { Remark } from './model.ts'
import { type Readiness, readinessFrom } from './readiness.ts'
import { checksOf } from './readiness-store.ts'
import { statementsOf } from './statements.ts'
import { type Choice, chooseTarget, type LaneKnown } from './target.ts'
import { judgeCrossed, judgeHabits } from './way-back.ts'

/** Most ways back are short: only when none of the newest will do, older ones are looked at, up to a bound. */
const looks = [25, 200] as const

export type WayBack = {
  live: Release | null
  /** The version to go back to. Where it is not safe, it is the one that there would be. */
  target: Release | null
  safe: boolean
  reasons: Remark[]
  warnings: Remark[]
  /** The releases that going back would undo, oldest first. */
  undone: Release[]
  /** What is gone back from: the live one, unless a partial one was named. */
  from: Release | null
  component: Component
}

/**
 * Which version a component can go back to in an environment, whether that is safe, and what it would undo.
 * `from_release_id` may name a release that only part of the customers have: the way back from it may be what is live.
 */
export async function targetFor(
  ctx: Context,
  { from_release_id, ...lane }: Lane & { from_release_id?: string | null },
): Promise<WayBack> {
  const { known, choice } = await choiceFor(ctx, lane, from_release_id ?? null)
  const { live, target, undone } = choice
  const crossed = await readinessesOf(ctx, lane, choice.crossed)
  const judged = target ? judgeCrossed(crossed) : { reasons: [], warnings: [] }
  const reasons = [...choice.reasons, ...judged.reasons, ...notKept(crossed, known.from ?? live)]
  const habits = target ? await habitsOf(ctx, lane, crossed) : []
  const passed = target ? passedWarnings(choice) : []
  return {
    live,
    target,
    safe: target !== null && reasons.length === 0,
    reasons,
    warnings: [...choice.warnings, ...passed, ...judged.warnings, ...habits],
    undone,
    from: known.from ?? live,
    component: known.component,
  }
}

/** The lane as the choice needs it, and the choice; nothing is said yet of what lies between. */
export async function choiceFor(ctx: Context, lane: Lane, from_release_id: string | null = null) {
  const component = await componentById(ctx, lane.component_id)
  for (const limit of looks) {
    const known = await laneKnown(ctx, { component, lane, limit, from_release_id })
    const choice = chooseTarget(known)
    const isWhole = known.finishes.length < limit || limit === looks.at(-1)
    const isNamedFound = !known.named || choice.warnings.every(({ code }) => !code.startsWith('named'))
    if (isWhole || (choice.target && isNamedFound)) return { known, choice }
  }
  throw new Error('the last look is always the last')
}

type Given = { component: Component; lane: Lane; limit: number; from_release_id: string | null }

async function laneKnown(ctx: Context, { component, lane, limit, from_release_id }: Given) {
  const finishes = await finishesOf(ctx, lane, limit)
  const partial = await partialSince(ctx, lane, finishes[0])
  const from = partial.find(({ id }) => id === from_release_id) ?? null
  const away = from ?? finishes[0]
  const statements = await statementsOf(ctx, lane.component_id, away ? [away] : [])
  const said = away && statements(away)
  const ids = finishes.map(({ id }) => id)
  const undoing = finishes.flatMap(({ undone_by_release_id }) => undone_by_release_id ?? [])
  return {
    component,
    finishes,
    partial,
    bad: await badMarks(ctx, lane.component_id),
    drills: await drillsAmong(ctx, [...new Set(undoing)]),
    troubles: await troublesOf(ctx, ids),
    gone: goneArtifacts(finishes, await checksOf(ctx, ids), said?.plan?.artifacts_kept ?? null),
    named: said ? namedBy(said) : null,
    from,
  } satisfies LaneKnown
}

function namedBy({ answers, tool }: ReturnType<Awaited<ReturnType<typeof statementsOf>>>) {
  const release_id = answers?.rollback_target_release_id
  if (release_id) return { release_id, by: 'operator' }
  return tool.rollback_target ? { version: tool.rollback_target, by: 'tool' } : null
}

async function readinessesOf(ctx: Context, { component_id }: Lane, releases: Release[]) {
  const statements = await statementsOf(ctx, component_id, releases)
  const now = nowText(ctx)
  return releases.map((release) => ({ release, readiness: readinessFrom(statements(release), now) }))
}

type Crossed = { release: Release; readiness: Readiness }[]

/** Whoever released it said that there is nothing to go back to. */
function notKept(crossed: Crossed, from: Release | null): Remark[] {
  const said = crossed.find(({ release }) => release.id === from?.id)?.readiness.fields.artifact_retained
  if (said?.value !== 'no') return []
  const by = said.by === 'component' ? 'The component’s plan' : `The ${said.by}`
  return [{ code: 'artifact_gone', words: `${by} says that the version before is not kept.` }]
}

async function habitsOf(ctx: Context, lane: Lane, crossed: Crossed) {
  const times = {
    release_seconds: await usualReleaseSeconds(ctx, lane),
    rollback_seconds: await usualSeconds(ctx, lane),
  }
  const drill = await newestDrill(ctx, lane.component_id)
  const said = crossed.at(-1)?.readiness.fields.rollback_tested_at.value ?? null
  const tested_at =
    [drill?.drill_at ?? null, said]
      .filter((at) => at !== null)
      .sort()
      .at(-1) ?? null
  return judgeHabits(times, tested_at, nowText(ctx))
}

/** That newer versions were passed over is worth knowing: two at most are told. */
function passedWarnings({ passed }: Choice): Remark[] {
  return passed.slice(0, 2).map(({ why }) => ({ code: 'passed_over', words: why.words }))
}
