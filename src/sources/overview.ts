import type { Context } from '../platform/context.ts'
import type { Settings, Setup } from './adapter.ts'
import { adapterFor } from './adapters/index.ts'
import { listSources, type Rule, rulesOf, type Source, secretsOf, settingsOf, sourceById } from './store.ts'

/** A source as a page shows it. Shiplog's own two have no address and no secret. */
export type ShownSource = Omit<Source, 'settings'> & {
  settings: Settings
  label: string
  built_in: boolean
  address: string | null
  /** What went wrong, when nothing has gone right since. */
  trouble: string | null
  /** The address leads nowhere from another machine. */
  local_only: boolean
}

const ownLabels: Record<string, string> = { api: 'API tokens', hand: 'Operators' }

export function shownSource(source: Source, origin: string): ShownSource {
  const { kind, last_error, last_error_at, seen_at } = source
  const built_in = kind in ownLabels
  const failing = last_error_at !== null && (seen_at === null || last_error_at > seen_at)
  return {
    ...source,
    settings: settingsOf(source),
    label: ownLabels[kind] ?? adapterFor(kind)?.label ?? kind,
    built_in,
    address: built_in ? null : `${origin}/hooks/${source.id}`,
    trouble: failing ? last_error : null,
    local_only: !built_in && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname),
  }
}

export async function sourcesOverview(ctx: Context, origin: string): Promise<ShownSource[]> {
  return (await listSources(ctx)).map((source) => shownSource(source, origin))
}

type AskedSetting = { name: string; label: string; hint: string; optional: boolean }

type SourcePage = {
  source: ShownSource
  /** What its kind asks for, to be said anew. */
  settings: readonly AskedSetting[]
  /** Whether the tool makes the secret, so that a new one is pasted; null: there is none. */
  pasted: 'must' | 'may' | 'never' | null
  setup: Setup | null
  rules: Rule[]
  old_secret_until: string | null
  skew_words: string | null
  deliveries: ShownDelivery[]
}

/** All that the page of one source shows. `secret` is known only right after it was made. */
export async function sourcePage(
  ctx: Context,
  id: string,
  origin: string,
  secret: string | null,
): Promise<SourcePage> {
  const source = shownSource(await sourceById(ctx, id), origin)
  const [, old] = await secretsOf(ctx, id)
  const events = await newestEvents(ctx, id)
  return {
    source,
    ...askedOf(source.kind),
    setup: setupOf(source, origin, secret),
    rules: await rulesOf(ctx, id),
    old_secret_until: old?.expires_at ?? null,
    skew_words: skewWords(events),
    deliveries: await newestDeliveries(ctx, id, events),
  }
}

/** What a form asks for a source of this kind. */
export function askedOf(kind: string): Pick<SourcePage, 'settings' | 'pasted'> {
  const { settings = {}, secret, pasted = 'never' } = adapterFor(kind) ?? {}
  const asked = Object.entries(settings).map(([name, { label, hint, optional = false }]) => {
    return { name, label, hint, optional }
  })
  return { settings: asked, pasted: secret === 'none' ? null : pasted }
}

/** How the tool is told where to send, and what else its kind wants to know. */
function setupOf({ kind, address, settings }: ShownSource, origin: string, secret: string | null) {
  return adapterFor(kind)?.setup({ address: address ?? '', origin, secret, settings }) ?? null
}

type ShownDelivery = {
  id: string
  received_at: string
  state: string
  words: string
  events: { words: string; release_id: string | null; waits: boolean }[]
}

const shown = 50

async function newestDeliveries(
  ctx: Context,
  source_id: string,
  events: NewestEvent[],
): Promise<ShownDelivery[]> {
  const rows = await ctx.db
    .selectFrom('deliveries')
    .select(['id', 'received_at', 'state', 'reason', 'scope'])
    .where('source_id', '=', source_id)
    .orderBy('id', 'desc')
    .limit(shown)
    .execute()
  return rows.map(({ id, received_at, state, reason, scope }) => {
    const of = events.filter((event) => event.delivery_id === id)
    const token = scope === '' ? '' : `Token “${scope}”. `
    const words = token + (state === 'invalid' ? `Not understood: ${reason}` : (reason ?? ''))
    return { id, received_at, state, words, events: of.map(shownEvent) }
  })
}

type NewestEvent = Awaited<ReturnType<typeof newestEvents>>[number]

function newestEvents({ db }: Context, source_id: string) {
  const deliveries = db
    .selectFrom('deliveries')
    .select('id')
    .where('source_id', '=', source_id)
    .orderBy('id', 'desc')
    .limit(shown)
  return db
    .selectFrom('release_events')
    .leftJoin('components', 'components.id', 'release_events.component_id')
    .select(['release_events.delivery_id', 'release_events.type', 'release_events.service'])
    .select(['release_events.environment', 'release_events.facts', 'release_events.release_id'])
    .select(['release_events.occurred_at', 'release_events.received_at', 'release_events.skewed_at'])
    .select(['release_events.dismissed_at', 'components.name as component'])
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
  'artifact.available': 'is available',
}

function shownEvent({ type, service, environment, facts, component, release_id, dismissed_at }: NewestEvent) {
  const { version } = JSON.parse(facts) as { version?: string }
  const what = [component ?? service, version].filter(Boolean).join(' ')
  const waits = component === null && dismissed_at === null && type !== 'artifact.available'
  return { words: `${what} ${verbs[type] ?? type} in ${environment}`, release_id, waits }
}

/** A sender whose clock is ahead is told so: durations from its times would be wrong. */
function skewWords(events: NewestEvent[]): string | null {
  const skewed = events.find((event) => event.skewed_at !== null)
  if (!skewed) return null
  const minutes = Math.round((Date.parse(skewed.occurred_at) - Date.parse(skewed.received_at)) / 60_000)
  return `Its clock is ${minutes} min ahead of ours. Such events count from the moment they arrived.`
}
