import type { Context } from '../platform/context.ts'
import type { Lane } from '../releases/lanes.ts'
import { isSameThing, versionKinds } from '../releases/model.ts'
import type { Named } from './lane.ts'
import type { Finding } from './model.ts'

type Said = Record<string, unknown> | null | undefined

/** The words, in the event's `rollback` object and in its short form, that answer how a release is rolled back. */
const answers = ['rollback_method', 'schema_change', 'runbook', 'db_change', 'plan'] as const

/** Whether anything of substance was said; "unknown" is no answer. */
export function isAnswer(said: Said): boolean {
  return answers.some((field) => {
    const value = said?.[field]
    return typeof value === 'string' && !['', 'unknown'].includes(value.trim().toLowerCase())
  })
}

/** Whether nobody (this request, an event or an operator before, the component's plan) said how it is rolled back. */
export async function unanswered(
  ctx: Context,
  component: { id: string; name: string },
  { lane, asked, said }: { lane: Lane | null; asked: Named; said: Said },
): Promise<Finding[]> {
  if (isAnswer(said) || isAnswer(await planOf(ctx, component.id))) return []
  const known = lane ? await knownRelease(ctx, lane, asked) : null
  if (known && (isAnswer(known.rollback) || isAnswer(known.readiness))) return []
  const words = 'Nobody has said how this release can be rolled back.'
  return [
    {
      code: 'rollback_unanswered',
      words,
      subject: known ? ['release', known.id] : ['component', component.id],
    },
  ]
}

function planOf({ db }: Context, component_id: string) {
  return db
    .selectFrom('rollback_plans')
    .select(['rollback_method', 'runbook'])
    .where('component_id', '=', component_id)
    .executeTakeFirst()
}

/** The newest release of what is asked about, which may have been told of before it goes out; else the newest at all. */
async function knownRelease({ db }: Context, lane: Lane, asked: Named) {
  const isNamed = asked.version !== null || asked.commit !== null
  const rows = await db
    .selectFrom('releases')
    .leftJoin('readiness', 'readiness.release_id', 'releases.id')
    .select(['releases.id', 'releases.version', 'releases.commit', 'releases.rollback'])
    .select(['readiness.rollback_method', 'readiness.schema_change', 'readiness.runbook'])
    .where((all) => all.and(lane))
    .where('releases.kind', 'in', [...versionKinds])
    .orderBy('releases.lane_at', 'desc')
    .orderBy('releases.id', 'desc')
    .limit(isNamed ? 50 : 1)
    .execute()
  const found = isNamed ? rows.find((release) => isSameThing(release, asked)) : rows[0]
  if (!found) return null
  const { id, rollback, ...readiness } = found
  return { id, rollback: rollback === null ? null : (JSON.parse(rollback) as Said), readiness }
}
