import { createComponent } from '../components/actions.ts'
import { listComponents } from '../components/store.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { dismissEvent, matchWaiting } from '../releases/actions.ts'
import { mapService } from '../sources/actions.ts'
import type { EventFacts } from '../sources/events.ts'
import type { NewRule } from '../sources/rules.ts'
import { isAbout } from '../sources/rules.ts'
import { placesOf } from '../sources/rules-store.ts'
import { type Suggestion, suggestionFor } from './suggestions.ts'
import { waitingEventsOf, waitingServices, whatWaits } from './waiting-store.ts'

/** What one source calls something that nobody has said the component of yet. */
type WaitingService = {
  id: string
  source_id: string
  source: string
  service: string
  waiting: number
  environment: string
  newest_version: string | null
  first_at: string
  newest_at: string
  suggestion: Suggestion | null
}

/** The services that wait, the one heard last first; `id` is its newest event and serves as the cursor. */
export async function inbox(
  ctx: Context,
  page: { cursor?: string; limit: number },
): Promise<WaitingService[]> {
  const components = await listComponents(ctx)
  const rows = await waitingServices(ctx, page)
  return rows.map(({ facts, waiting, ...row }) => ({
    ...row,
    waiting: Number(waiting),
    newest_version: (JSON.parse(facts) as EventFacts).version ?? null,
    suggestion: suggestionFor(row.service, components),
  }))
}

type Named = { source_id: string; service: string }

/** Says which component a service is, or all that a pattern fits: from now on by a rule, and what waited is replayed. */
export function mapWaiting(ctx: Context, { source_id, ...said }: NewRule & { source_id: string }) {
  return inTransaction(ctx, async (ctx) => {
    const rule = await mapService(ctx, source_id, said)
    const about = (await whatWaits(ctx, source_id)).filter((waiting) => isAbout(rule, waiting))
    const services = [...new Set(about.map(({ service }) => service))]
    const recorded = await matchWaiting(ctx, { source_id, services, placeFor: placesOf(ctx, source_id) })
    const replayed = recorded.filter(({ release_id }) => release_id !== null).length
    return { id: rule.id, component_id: rule.component_id, replayed }
  })
}

/** Makes a component of a service, private until somebody says otherwise, and replays what waited for it. */
export function mapToNew(ctx: Context, { source_id, service, name }: Named & { name: string }) {
  return inTransaction(ctx, async (ctx) => {
    const { id, slug } = await createComponent(ctx, { name, visibility: 'private' })
    return { ...(await mapWaiting(ctx, { source_id, service, match: 'exact', component: id })), slug }
  })
}

/** Takes a service off the inbox. What its source says of it later will wait again. */
export function dismissWaiting(ctx: Context, { source_id, service }: Named) {
  return inTransaction(ctx, async (ctx) => {
    const ids = await waitingEventsOf(ctx, source_id, service)
    if (ids.length === 0) throw new Refusal('not-found', 'Nothing of this service waits any more.')
    for (const id of ids) await dismissEvent(ctx, id)
    return { dismissed: ids.length }
  })
}
