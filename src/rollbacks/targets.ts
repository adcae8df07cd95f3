import type { Component } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import type { Release } from '../releases/store.ts'
import { usualReleaseSeconds, usualSeconds } from '../releases/usual.ts'
import { choiceFor } from './choice.ts'
import type { Lane } from './lane-store.ts'
import type { Remark } from './model.ts'
import { type Readiness, readinessFrom } from './readiness.ts'
import { readinessGiven } from './readiness-of.ts'
import { statementsOf } from './statements.ts'
import type { Choice } from './target.ts'
import { judgeCrossed, judgeHabits } from './way-back.ts'

export type WayBack = {
  live: Release | null
  /** The version to go back to. Where it is not safe, it is the one that there would be. */
  target: Release | null
  safe: boolean
  reasons: Remark[]
  warnings: Remark[]
  /** Its artifact: as its own release told, else as it is said of the way back. */
  artifact: string | null
  /** The releases that going back would undo, oldest first. */
  undone: Release[]
  /** What is gone back from: the live one, unless a partial one was named. */
  from: Release | null
  /** How well it is prepared to be gone back from. */
  readiness: Readiness | null
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
  const from = known.from ?? live
  const place = { target, finishes: known.finishes }
  const readiness = from && (await readinessGiven(ctx, from, place))
  const way = target ? await wayTo(ctx, lane, choice, readiness) : { reasons: [], warnings: [] }
  const reasons = [...choice.reasons, ...way.reasons, ...notKept(readiness)]
  return {
    live,
    target,
    safe: target !== null && reasons.length === 0,
    reasons,
    warnings: [...choice.warnings, ...way.warnings],
    artifact: target && artifactOf(target, from, readiness),
    undone,
    from,
    readiness,
    component: known.component,
  }
}

/** A tool may have told its own artifact where the one before was asked for: nobody is handed that one. */
function artifactOf(target: Release, from: Release | null, readiness: Readiness | null) {
  const said = readiness?.fields.artifact_ref.value ?? null
  return target.artifact ?? (said === from?.artifact ? null : said)
}

/** What lies on the way, and how it is usually gone. */
async function wayTo(ctx: Context, lane: Lane, choice: Choice, readiness: Readiness | null) {
  const { reasons, warnings } = judgeCrossed(await readinessesOf(ctx, lane, choice.crossed))
  const times = {
    release_seconds: await usualReleaseSeconds(ctx, lane),
    rollback_seconds: await usualSeconds(ctx, lane),
  }
  const tested_at = readiness?.fields.rollback_tested_at.value ?? null
  const habits = judgeHabits(times, tested_at, nowText(ctx))
  return { reasons, warnings: [...passedWarnings(choice), ...warnings, ...habits] }
}

async function readinessesOf(ctx: Context, { component_id }: Lane, releases: Release[]) {
  const statements = await statementsOf(ctx, component_id, releases)
  const now = nowText(ctx)
  return releases.map((release) => ({ release, readiness: readinessFrom(statements(release), now) }))
}

/** Whoever released it said that there is nothing to go back to. */
function notKept(readiness: Readiness | null): Remark[] {
  const said = readiness?.fields.artifact_retained
  if (said?.value !== 'no' || said.by === 'derived') return []
  const by = said.by === 'component' ? 'The component’s plan' : `The ${said.by}`
  return [{ code: 'artifact_gone', words: `${by} says that the version before is not kept.` }]
}

/** That newer versions were passed over is worth knowing: two at most are told. */
function passedWarnings({ passed }: Choice): Remark[] {
  return passed.slice(0, 2).map(({ why }) => ({ code: 'passed_over', words: why.words }))
}
