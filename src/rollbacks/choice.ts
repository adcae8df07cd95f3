import { type Component, componentById } from '../components/store.ts'
import type { Context } from '../platform/context.ts'
import { badMarks } from '../releases/bad.ts'
import { goneArtifacts } from './artifacts.ts'
import { finishesOf, type Lane, partialSince, troublesOf } from './lane-store.ts'
import { checksOf } from './readiness-store.ts'
import { statementsOf } from './statements.ts'
import { chooseTarget, type LaneKnown } from './target.ts'

/** Most ways back are short: only when none of the newest will do, older ones are looked at, up to a bound. */
const looks = [25, 200] as const

/** The lane as the choice needs it, and the choice; nothing is said yet of what lies between. */
export async function choiceFor(
  ctx: Context,
  { component_id, environment_id }: Lane,
  from_release_id: string | null = null,
) {
  const lane = { component_id, environment_id } // a release is a lane too, and more than that
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
  return {
    component,
    finishes,
    partial,
    bad: await badMarks(ctx, lane.component_id),
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
