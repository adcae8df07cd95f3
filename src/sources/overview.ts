import type { Context } from '../platform/context.ts'
import type { Settings, Setup } from './adapter.ts'
import { adapterFor } from './adapters/index.ts'
import { clockWords, newestDeliveries, newestEvents, type ShownDelivery } from './heard.ts'
import { wrongSecret } from './model.ts'
import { type Rule, rulesOf } from './rules-store.ts'
import { listSources, type Source, secretsOf, settingsOf, sourceById } from './store.ts'

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
  /** The trouble is that what came had no valid secret, so that the tool may hold another one. */
  secret_trouble: boolean
  /** The secrets that are valid now, the newest first; an end that is set is the end of a rotation's overlap. */
  secrets: { id: string; created_at: string; expires_at: string | null }[]
  clock_words: string | null
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
  const events = await newestEvents(ctx, id)
  const secrets = await secretsOf(ctx, id)
  return {
    source,
    ...askedOf(source.kind),
    setup: setupOf(source, origin, secret),
    rules: await rulesOf(ctx, id),
    secrets: secrets.map(({ id, created_at, expires_at }) => ({ id, created_at, expires_at })),
    secret_trouble: source.trouble === wrongSecret,
    clock_words: clockWords(events),
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
