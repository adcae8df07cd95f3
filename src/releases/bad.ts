import { z } from 'zod'
import { record } from '../journal/journal.ts'
import { compiledOnce } from '../platform/compiled.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { isSameThing, versionKinds } from './model.ts'
import { nameOf } from './reading.ts'
import { type Release, releaseById, updateRelease } from './store.ts'

/** Why a release is never to be gone back to. */
export const BadMark = z.object({
  reason: z
    .string('Say why it is bad.')
    .trim()
    .min(1, 'Say why it is bad.')
    .max(1000, 'The reason has at most 1000 characters.'),
})
export type BadMark = z.output<typeof BadMark>

/**
 * Says that a release is bad: it is nobody's way back from then on, nor is the same version on this component
 * anywhere else. The same reason again changes nothing; another one replaces the first.
 */
export function markBad(ctx: Context, id: string, said: BadMark): Promise<Release> {
  const { reason } = BadMark.parse(said)
  return inTransaction(ctx, async (ctx) => {
    const release = await releaseById(ctx, id)
    refuseWithoutVersion(release)
    if (release.bad_at && release.bad_reason === reason) return release
    await updateRelease(ctx, id, { bad_at: nowText(ctx), bad_reason: reason, bad_by: ctx.actor.name })
    await tell(ctx, 'release.marked_bad', release, { reason })
    return releaseById(ctx, id)
  })
}

/** Takes the mark back, wherever on the component the same version carries it; without one it changes nothing. */
export function clearBad(ctx: Context, id: string): Promise<Release> {
  return inTransaction(ctx, async (ctx) => {
    const release = await releaseById(ctx, id)
    const marks = (await badMarks(ctx, release.component_id)).filter(
      (mark) => mark.id === id || isSameThing(mark, release),
    )
    if (marks.length === 0) return release
    for (const mark of marks) {
      await updateRelease(ctx, mark.id, { bad_at: null, bad_reason: null, bad_by: null })
    }
    await tell(ctx, 'release.cleared', release, { reason: marks[0]?.bad_reason })
    return releaseById(ctx, id)
  })
}

export type Marked = Awaited<ReturnType<typeof badMarks>>[number]

/** What is marked bad on a component, newest mark first. */
export const badMarks = compiledOnce((db, component_id: string) =>
  db
    .selectFrom('releases')
    .select(['id', 'version', 'commit', 'bad_at', 'bad_reason', 'bad_by'])
    .where('component_id', '=', component_id)
    .where('bad_at', 'is not', null)
    .orderBy('bad_at', 'desc'),
)

/** The mark that counts for a version of a component, wherever it was live: `commit` says more than `version`. */
export async function badMarkOf(
  ctx: Context,
  { component_id, version, commit }: Pick<Release, 'component_id' | 'version' | 'commit'>,
): Promise<Marked | null> {
  const marks = await badMarks(ctx, component_id)
  return marks.find((mark) => isSameThing(mark, { version, commit })) ?? null
}

function refuseWithoutVersion({ kind }: Release) {
  if (versionKinds.includes(kind)) return
  throw new Refusal('conflict', `A ${kind} change puts no version live, so there is none to go back to.`)
}

async function tell(
  ctx: Context,
  action: 'release.marked_bad' | 'release.cleared',
  release: Release,
  more: object,
) {
  const { id, component_id } = release
  const detail = { version: nameOf(release), component_id, ...more }
  await record(ctx, { action, subject: ['release', id], detail })
}
