import { z } from 'zod'
import type { Context } from '../platform/context.ts'
import { inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { CanonicalEvent, EventFacts } from '../sources/events.ts'
import { tellOfRelease } from './by-hand-events.ts'
import { isForEverybody } from './model.ts'
import { type Release, releaseById } from './store.ts'

const percentWords = 'Give a whole number from 0 to 100.'
const number = (value: unknown) =>
  typeof value === 'string' && /^\s*\d{1,3}\s*$/.test(value) ? Number(value) : value
const flag = (value: unknown) => (value === 'true' ? true : value === 'false' ? false : value)

/** How many of the customers are to have a release: a percent of them, or whether it waits in the dark. */
export const Exposure = z
  .object({
    percent: z
      .preprocess(number, z.int(percentWords).min(0, percentWords).max(100, percentWords).optional())
      .describe('0 takes it back from everybody, 100 promotes it.'),
    dark: z.preprocess(flag, z.boolean('Say true or false.').optional()),
    reason: z.string().trim().min(1).max(10_000, 'At most 10,000 characters.').optional(),
  })
  .refine(({ percent, dark }) => percent !== undefined || dark !== undefined, {
    path: ['percent'],
    message: 'Say how many of the customers have it, as percent or as dark.',
  })
  .refine(({ percent, dark }) => !(dark && percent), {
    path: ['dark'],
    message: 'Nobody has what is dark: leave the percent out, or the dark.',
  })
export type Exposure = z.input<typeof Exposure>

/**
 * Tells by hand that another part of the customers has a release now: promoted, more or fewer of them, or nobody. It
 * makes the events that a tool would, of the same run; the journal tells of them as of a tool's.
 */
export function changeExposure(ctx: Context, id: string, input: Exposure): Promise<Release> {
  return inTransaction(ctx, async (ctx) => {
    const said = Exposure.parse(input)
    const release = await releaseById(ctx, id)
    refuse(release, said)
    await tellOfRelease(ctx, release, eventsFor(ctx, release, said))
    const now = await releaseById(ctx, id)
    if (now.state === 'rolled_back' && (said.percent ?? 0) > 0) throw over('It was rolled back.')
    return now
  })
}

/** Whether an operator may change whom it reaches: only some have it, or nobody yet, and nothing newer took its place. */
export function mayExpose(release: Standing): boolean {
  return standsStill(release) === null
}

type Standing = Pick<
  Release,
  'state' | 'kind' | 'superseded_by_release_id' | 'undone_by_release_id' | 'percent' | 'live_at'
>

const over = (words: string) => new Refusal('conflict', words)

function refuse(release: Release, said: z.output<typeof Exposure>) {
  const words = standsStill(release) ?? isSoAlready(release, said)
  if (words !== null) throw over(words)
}

/** Why nobody can change whom it reaches; null when somebody can. */
function standsStill(release: Standing): string | null {
  const { state, kind, superseded_by_release_id, undone_by_release_id, percent, live_at } = release
  if (state === 'failed') return 'It failed, so customers do not have it. Release it again.'
  if (state === 'cancelled') return 'It was cancelled, so customers do not have it. Release it again.'
  if (state === 'queued' || state === 'waiting') return 'It has not begun yet.'
  if (undone_by_release_id || (state === 'rolled_back' && percent !== 0)) return 'It was rolled back.'
  if (superseded_by_release_id) return 'A newer release has taken its place.'
  if (kind === 'flag') return null
  if (state === 'rolled_back' && live_at) return 'It was rolled back.'
  return state === 'succeeded' ? 'Everybody has it already. To take it back, roll it back.' : null
}

function isSoAlready(release: Release, { percent, dark }: z.output<typeof Exposure>): string | null {
  const { state, percent: known, dark_at, outcome } = release
  const nobody = known === 0 || known === null
  if (dark && state === 'dark') return 'It is dark already.'
  if (dark === false && percent === undefined && dark_at === null && !(known === 0 && state === 'dark'))
    return 'It is not dark.'
  if (percent === undefined) return null
  if (percent === 0 && nobody && state !== 'succeeded') return 'Nobody has it already.'
  if (percent === 100 && outcome === 'succeeded' && isForEverybody(release))
    return 'Everybody has it already.'
  return percent === known && dark_at === null && state !== 'rolled_back'
    ? `${percent}% of customers have it already.`
    : null
}

/** To give a run that has not ended to everybody is to say that it succeeded. */
function eventsFor(ctx: Context, { outcome }: Release, said: z.output<typeof Exposure>) {
  const { percent, dark, reason } = said
  const facts: EventFacts = { actor: { name: ctx.actor.name } }
  if (percent !== undefined) facts.percent = percent
  if (dark !== undefined || percent) facts.dark = dark ?? false
  if (reason) facts.reason = reason
  const changed: Pick<CanonicalEvent, 'type' | 'facts'> = { type: 'exposure.changed', facts }
  const ends = percent === 100 && outcome === null
  return ends ? [changed, { type: 'release.succeeded' as const, facts: {} }] : [changed]
}
