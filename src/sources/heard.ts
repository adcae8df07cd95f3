import type { Context } from '../platform/context.ts'

export type ShownDelivery = {
  id: string
  received_at: string
  state: string
  words: string
  /** Whether its body is still kept, so that it can be read again. */
  may_be_read: boolean
  events: { words: string; release_id: string | null; waits: boolean }[]
}

const shown = 100

/** The newest deliveries of a source, each with what became of it. */
export async function newestDeliveries(
  ctx: Context,
  source_id: string,
  events: NewestEvent[],
): Promise<ShownDelivery[]> {
  const rows = await ctx.db
    .selectFrom('deliveries')
    .select(['id', 'received_at', 'state', 'reason', 'scope'])
    .select((column) => column('body', 'is not', null).as('has_body'))
    .where('source_id', '=', source_id)
    .orderBy('id', 'desc')
    .limit(shown)
    .execute()
  return rows.map(({ id, received_at, state, reason, scope, has_body }) => {
    const of = events.filter((event) => event.delivery_id === id).reverse()
    const token = scope === '' ? '' : `Token “${scope}”. `
    const words = token + (state === 'invalid' ? `Not understood: ${reason}` : (reason ?? ''))
    return { id, received_at, state, words, may_be_read: Boolean(has_body), events: of.map(shownEvent) }
  })
}

type NewestEvent = Awaited<ReturnType<typeof newestEvents>>[number]

/** The events of the newest deliveries of a source, newest first. */
export function newestEvents({ db }: Context, source_id: string) {
  const deliveries = db
    .selectFrom('deliveries')
    .select('id')
    .where('source_id', '=', source_id)
    .orderBy('id', 'desc')
    .limit(shown)
  return db
    .selectFrom('release_events')
    .leftJoin('components', 'components.id', 'release_events.component_id')
    .leftJoin('environments', 'environments.id', 'release_events.environment_id')
    .select(['release_events.delivery_id', 'release_events.type', 'release_events.service'])
    .select(['release_events.environment', 'release_events.facts', 'release_events.release_id'])
    .select(['release_events.occurred_at', 'release_events.received_at', 'release_events.skewed_at'])
    .select([
      'release_events.dismissed_at',
      'components.name as component',
      'environments.name as in_environment',
    ])
    .where('release_events.delivery_id', 'in', deliveries)
    .orderBy('release_events.id', 'desc')
    .execute()
}

const verbs: Record<string, string> = {
  'release.queued': 'queued',
  'release.waiting': 'waits for approval',
  'release.started': 'started',
  'release.progress': 'moved on',
  'release.succeeded': 'succeeded',
  'release.failed': 'failed',
  'release.cancelled': 'was cancelled',
  'release.rolled_back': 'was rolled back',
  'exposure.changed': 'changed who sees it',
}

function shownEvent(event: NewestEvent) {
  const { type, service, environment, facts, component, in_environment, release_id, dismissed_at } = event
  const { version } = JSON.parse(facts) as { version?: string }
  const what = [component ?? service, version].filter(Boolean).join(' ')
  if (type === 'artifact.available') {
    const nobodys = component === null ? ', and no component is called so' : ''
    return { words: `${what} is available${nobodys}`, release_id, waits: false }
  }
  const waits = component === null && dismissed_at === null
  return { words: `${what} ${verbs[type] ?? type} in ${in_environment ?? environment}`, release_id, waits }
}

/** A sender whose clock is ahead is told so: durations from its times would be wrong. Null: nothing was heard. */
export function clockWords(events: NewestEvent[]): string | null {
  const skewed = events.find((event) => event.skewed_at !== null)
  if (!skewed) return events.length > 0 ? 'Not ahead of ours, as it should be.' : null
  const minutes = Math.round((Date.parse(skewed.occurred_at) - Date.parse(skewed.received_at)) / 60_000)
  return `Its clock is ${minutes} min ahead of ours. Such events count from the moment they arrived.`
}
