import { z } from 'zod'
import { componentByIdOrSlug } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import type { Context } from '../platform/context.ts'
import { inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { type CanonicalEvent, releaseKinds } from '../sources/events.ts'
import { isOfOurTime } from '../sources/times.ts'
import { recordEvents } from './actions.ts'
import { isDrill } from './model.ts'
import { type Release, releaseById } from './store.ts'

const minute = 60_000
const words = (longest: number) => z.string().trim().min(1).max(longest).optional()

/** A ticked box is sent as `on`. */
const ticked = (value: unknown) => (value === 'on' || value === 'true' ? true : value)

/** A release that a person records, for teams whose tools do not speak. */
export const HandRelease = z.object({
  component: z.string('Choose a component.').trim().min(1, 'Choose a component.'),
  environment: z.string().trim().min(1).max(200).default('production'),
  version: z.string('Say which version went live.').trim().min(1, 'Say which version went live.').max(200),
  kind: z.enum(releaseKinds).optional(),
  commit: words(200),
  /** When everybody had it; now, unless said. */
  at: z.iso.datetime({ offset: true }).refine(isOfOurTime, 'Give a time since 1990.').optional(),
  /** A rollback that was walked to see that it can be. */
  drill: z.preprocess(ticked, z.boolean().optional()),
  minutes_taken: z.coerce.number().min(0).max(10_000).optional(),
  reason: words(10_000),
  message: words(10_000),
})
export type HandRelease = z.input<typeof HandRelease>

/** Records a release or a rollback that an operator tells of; it makes the same events as a tool would. */
export function recordByHand(ctx: Context, input: HandRelease): Promise<Release> {
  return inTransaction(ctx, async (ctx) => {
    const said = HandRelease.parse(input)
    const component = await componentByIdOrSlug(ctx, said.component)
    if (component.archived_at) throw new Refusal('conflict', `${component.name} is archived.`)
    const [recorded] = await recordEvents(ctx, {
      source_id: 'hand',
      scope: '',
      delivery_id: null,
      received_at: nowText(ctx),
      events: eventsByHand(ctx, said, component.slug),
      placeFor: async () => ({ component_id: component.id }),
    })
    const release = await releaseById(ctx, recorded?.release_id ?? '')
    if (said.drill && !isDrill(release)) throw noDrill()
    const detail = { version: release.version, kind: release.kind, component_id: component.id }
    await record(ctx, { action: 'release.recorded', subject: ['release', release.id], detail })
    return release
  })
}

function noDrill() {
  const words = 'Only a rollback can be a drill, and this goes forward.'
  return new Refusal('invalid', words, { errors: { drill: words } })
}

function eventsByHand(ctx: Context, said: z.output<typeof HandRelease>, service: string): CanonicalEvent[] {
  const { version, commit, kind, reason, message, environment, drill } = said
  const now = ctx.now().getTime()
  const live = said.at ? Date.parse(said.at) : now
  if (live > now + minute) throw new Refusal('invalid', 'A release cannot be recorded before it happens.')
  const run = { run_key: newId(), service, environment }
  const event = (type: CanonicalEvent['type'], moment: number, facts: CanonicalEvent['facts']) => ({
    ...run,
    type,
    occurred_at: new Date(moment).toISOString(),
    facts,
  })
  const facts = { version, commit, kind, reason, message, drill, actor: { name: ctx.actor.name } }
  const succeeded = event('release.succeeded', live, facts)
  if (said.minutes_taken === undefined) return [succeeded]
  return [event('release.started', live - said.minutes_taken * minute, { version, commit }), succeeded]
}
