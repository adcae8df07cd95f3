import { randomBytes } from 'node:crypto'
import { componentByIdOrSlug } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { seal, unseal } from '../platform/seal.ts'
import { adapterFor } from './adapters/index.ts'
import { type NewSource, type Rotation, type SourceChange, settingsFor } from './model.ts'
import { NewRule } from './rules.ts'
import { countPatterns, deleteRule, foundBy, putRule, type RuleRow } from './rules-store.ts'
import { sha256 } from './signatures.ts'
import {
  expireSecrets,
  insertSecret,
  insertSource,
  type Source,
  secretsOf,
  settingsOf,
  sourceById,
  updateSource,
} from './store.ts'

/**
 * Makes a source; a secret made for it is in the answer and can never be read again (empty: the tool makes it). A tool
 * that shows its secret only to whom it knows the address of is told the address first: its source has none until then.
 */
export function createSource(ctx: Context, { name, kind, secret: pasted, settings = {} }: NewSource) {
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    const id = newId()
    const never = { seen_at: null, last_error: null, last_error_at: null, disabled_at: null }
    const kept = JSON.stringify(settingsFor(kind, settings))
    const row = { id, kind, name, settings: kept, ...never, version: 1, created_at: at, updated_at: at }
    await insertSource(ctx, row)
    const isToCome = adapterFor(kind)?.pasted === 'must' && !pasted
    const secret = isToCome ? '' : await addSecret(ctx, { id, kind }, pasted)
    await record(ctx, { action: 'source.created', subject: ['source', id], detail: { name, kind } })
    return { source: await sourceById(ctx, id), secret }
  })
}

/** Renames a source, says anew what its kind asks for, or shuts and opens it, in one step. */
export function changeSource(ctx: Context, id: string, change: SourceChange) {
  const { name, disabled, settings, version } = change
  return inTransaction(ctx, async (ctx) => {
    const source = await ownSource(ctx, id)
    if (version !== undefined && version !== source.version) {
      throw new Refusal('stale', 'Somebody else has changed this source meanwhile.', { current: source })
    }
    const kept = settings && JSON.stringify(settingsFor(source.kind, settings))
    const said = { name: name ?? source.name, settings: kept ?? source.settings }
    if (said.name !== source.name || said.settings !== source.settings) await edit(ctx, source, said)
    if (disabled !== undefined) await setDisabled(ctx, id, disabled)
    return sourceById(ctx, id)
  })
}

async function edit(
  ctx: Context,
  { id, name: was, version }: Source,
  said: Pick<Source, 'name' | 'settings'>,
) {
  await updateSource(ctx, id, { ...said, version: version + 1, updated_at: nowText(ctx) })
  const detail = { name: said.name, was }
  await record(ctx, { action: 'source.edited', subject: ['source', id], detail })
}

/** Gives a source a new secret; the old one stays valid for the overlap. The new one is shown this once. */
export function rotateSecret(ctx: Context, id: string, { overlap_hours, secret: pasted }: Rotation) {
  return inTransaction(ctx, async (ctx) => {
    const source = await ownSource(ctx, id)
    const expires_at = new Date(ctx.now().getTime() + overlap_hours * 3_600_000).toISOString()
    await expireSecrets(ctx, id, expires_at)
    const secret = await addSecret(ctx, source, pasted)
    const detail = { name: source.name, old_valid_until: expires_at }
    await record(ctx, { action: 'source.rotated', subject: ['source', id], detail })
    return { source, secret, old_valid_until: expires_at }
  })
}

/** Answers nothing on its address from now on, as if it were unknown. */
export function disableSource(ctx: Context, id: string) {
  return setDisabled(ctx, id, true)
}

export function enableSource(ctx: Context, id: string) {
  return setDisabled(ctx, id, false)
}

function setDisabled(ctx: Context, id: string, disabled: boolean) {
  return inTransaction(ctx, async (ctx) => {
    const source = await ownSource(ctx, id)
    if ((source.disabled_at !== null) === disabled) return source
    const disabled_at = disabled ? nowText(ctx) : null
    await updateSource(ctx, id, { disabled_at, version: source.version + 1, updated_at: nowText(ctx) })
    const action = disabled ? 'source.disabled' : 'source.enabled'
    await record(ctx, { action, subject: ['source', id], detail: { name: source.name } })
    return sourceById(ctx, id)
  })
}

/** Each event is compared with all patterns of its source: more of them would be felt by every delivery. */
const mostPatterns = 200

/**
 * From now on, what this source calls so is this component, in this environment. What waits is replayed by the inbox.
 */
export function mapService(ctx: Context, source_id: string, said: NewRule) {
  return inTransaction(ctx, async (ctx) => {
    const { row, component } = await ruleAsSaid(ctx, source_id, said)
    const rule = await putRule(ctx, row)
    if (rule.match === 'pattern' && (await countPatterns(ctx, source_id)) > mostPatterns) {
      throw new Refusal('conflict', `A source has at most ${mostPatterns} patterns. Remove one first.`)
    }
    const { service, environment, component_id, becomes_environment } = rule
    const detail = { service, environment, component_id, component, becomes_environment }
    await record(ctx, { action: 'source.service_mapped', subject: ['source', source_id], detail })
    return rule
  })
}

/** A rule as it would be kept, and its component's name. */
export async function ruleAsSaid(ctx: Context, source_id: string, said: NewRule) {
  await sourceById(ctx, source_id)
  const { component, ...rule } = NewRule.parse(said)
  const { id: component_id, name } = await componentByIdOrSlug(ctx, component)
  const found_by = foundBy(rule)
  const row: RuleRow = { id: newId(), source_id, ...rule, component_id, found_by, created_at: nowText(ctx) }
  return { row, component: name }
}

/** Forgets a rule; what was matched by it stays where it is. */
export function removeRule(ctx: Context, source_id: string, id: string) {
  return inTransaction(ctx, async (ctx) => {
    const removed = await deleteRule(ctx, source_id, id)
    if (!removed) throw new Refusal('not-found', 'There is no such rule.')
    const detail = { service: removed.service }
    await record(ctx, { action: 'source.rule_removed', subject: ['source', source_id], detail })
  })
}

/** The valid secrets in the form that the source's adapter verifies with: as they are, or as hashes. */
export async function readSecrets(ctx: Context, source_id: string): Promise<string[]> {
  const secrets = await secretsOf(ctx, source_id)
  return secrets.map(({ secret_hash, sealed_secret }) =>
    sealed_secret === null ? (secret_hash ?? '') : unseal(ctx.secret, sealed_secret),
  )
}

/** What a request to a source is verified with: its valid secrets, and what its kind was told. */
export async function credentialsOf(ctx: Context, source: Source) {
  return { secrets: await readSecrets(ctx, source.id), settings: settingsOf(source) }
}

/** Notes that a source was heard. Not a verb: no journal line. */
export async function noteSeen(ctx: Context, id: string) {
  await updateSource(ctx, id, { seen_at: nowText(ctx) })
}

/**
 * Notes what went wrong last: the same words at most once a minute, and of whoever has shown no secret, who may be
 * anybody on the network, one thing a minute whatever the words. Answers whether it was news: some tools try a refused
 * delivery again every second, for ever.
 */
export async function noteError(
  ctx: Context,
  source: Source,
  words: string,
  { of = 'its tool' }: { of?: 'its tool' | 'anybody' } = {},
): Promise<boolean> {
  const recent = Date.parse(source.last_error_at ?? '1970-01-01') > ctx.now().getTime() - 60_000
  if (recent && (of === 'anybody' || source.last_error === words)) return false
  try {
    await updateSource(ctx, source.id, { last_error: words, last_error_at: nowText(ctx) })
  } catch (err) {
    ctx.log.warn({ err, source: source.id }, 'could not note what went wrong with a source')
  }
  return true
}

/** A source that an operator made: Shiplog's own two have no secret, no address and nothing to change. */
async function ownSource(ctx: Context, id: string) {
  const source = await sourceById(ctx, id)
  if (['api', 'hand'].includes(source.kind)) {
    throw new Refusal('conflict', `“${source.name}” is built in and cannot be changed.`)
  }
  return source
}

/** Keeps what the tool made, or makes a secret. Returns what has to be shown once: nothing of what was pasted. */
async function addSecret(
  ctx: Context,
  { id: source_id, kind }: Pick<Source, 'id' | 'kind'>,
  pasted?: string,
): Promise<string> {
  const adapter = adapterFor(kind)
  if (adapter?.secret === 'none') return ''
  if (adapter?.pasted === 'must' && !pasted) {
    const errors = { secret: 'Paste the secret that the tool shows.' }
    throw new Refusal('invalid', errors.secret, { errors })
  }
  const bearer = adapter?.secret === 'bearer'
  const made = adapter?.newSecret?.() ?? `${bearer ? 'slk_' : ''}${randomBytes(32).toString('base64url')}`
  const given = (adapter?.pasted && pasted) || undefined
  const flaw = given && adapter?.secretFlaw?.(given)
  if (flaw) throw new Refusal('invalid', flaw, { errors: { secret: flaw } })
  const secret = given ?? made
  const kept = bearer
    ? { secret_hash: sha256(secret), sealed_secret: null }
    : { secret_hash: null, sealed_secret: seal(ctx.secret, secret) }
  await insertSecret(ctx, { id: newId(), source_id, ...kept, created_at: nowText(ctx), expires_at: null })
  return given ? '' : secret
}
