import { z } from 'zod'
import type { Component } from '../components/store.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { newSigningSecret } from '../outbound/sign.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { seal } from '../platform/seal.ts'
import { deleteReceiver, putReceiver, type Receiver, receiverOf } from './receiver-store.ts'
import { recipeFor, recipeKinds } from './recipes/index.ts'
import type { Recipe } from './recipes/recipe.ts'

/** What a header can carry; found out here, not when somebody is in a hurry. */
const sendable = /^[ -~\u00a0-\u00ff]*$/

/** Who rolls a component back when it is asked to. A token that is not given stays as it was. */
export const NewReceiver = z.object({
  recipe: z.enum(recipeKinds as [string, ...string[]], 'Choose who is asked.'),
  url: z.string().trim().min(1, 'Give the address.').max(2000),
  token: z
    .string()
    .trim()
    .max(4000)
    .regex(sendable, 'It holds a sign that no token has. Copy it anew.')
    .optional(),
  event_type: z.string().trim().max(100).optional(),
  ref: z.string().trim().max(200).optional(),
  version: z.coerce.number().int().optional(),
})
export type NewReceiver = z.input<typeof NewReceiver>
type Said = z.output<typeof NewReceiver>

/**
 * Says where a rollback of a component is asked for. When calls there are signed, the first time makes the secret
 * that signs them: it is in the answer and can never be read again.
 */
export function setReceiver(ctx: Context, component: string, input: NewReceiver) {
  const said = NewReceiver.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const owner = await openComponent(ctx, component)
    const recipe = recipeFor(said.recipe)
    const before = await receiverOf(ctx, owner.id)
    refuseStale(before, said.version)
    const url = checkedAddress(recipe, said.url)
    const moved =
      before !== undefined && (before.recipe !== recipe.kind || originOf(before.url) !== originOf(url))
    const known = before && !moved ? before : undefined
    const secret = recipe.signed && !known?.sealed_secret ? newSigningSecret() : null
    await putReceiver(ctx, {
      component_id: owner.id,
      recipe: recipe.kind,
      url,
      sealed_secret: secret
        ? seal(ctx.secret, secret)
        : recipe.signed
          ? (known?.sealed_secret ?? null)
          : null,
      sealed_token: tokenFor(ctx, recipe, said, known),
      options: JSON.stringify(optionsFor(recipe, said)),
      version: (before?.version ?? 0) + 1,
      created_at: before?.created_at ?? nowText(ctx),
      updated_at: nowText(ctx),
    })
    await tell(ctx, 'rollback.receiver_set', owner, { recipe: recipe.kind, host: new URL(url).host })
    return { receiver: (await receiverOf(ctx, owner.id)) as Receiver, secret }
  })
}

/** Gives a signed receiver a new secret; what is sent from now on is signed with it. It is shown this once. */
export function rotateReceiverSecret(ctx: Context, component: string) {
  return inTransaction(ctx, async (ctx) => {
    const owner = await openComponent(ctx, component)
    const receiver = await receiverOf(ctx, owner.id)
    if (!receiver?.sealed_secret) throw new Refusal('conflict', 'Nothing that is sent for it is signed.')
    const secret = newSigningSecret()
    const change = { sealed_secret: seal(ctx.secret, secret), version: receiver.version + 1 }
    await putReceiver(ctx, { ...receiver, ...change, updated_at: nowText(ctx) })
    await tell(ctx, 'rollback.receiver_set', owner, { recipe: receiver.recipe, secret: 'rotated' })
    return { receiver, secret }
  })
}

/** From now on nobody is asked to roll the component back. */
export function removeReceiver(ctx: Context, component: string): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const owner = await componentByIdOrSlug(ctx, component)
    if (!(await receiverOf(ctx, owner.id))) return
    await deleteReceiver(ctx, owner.id)
    await tell(ctx, 'rollback.receiver_removed', owner, {})
  })
}

async function tell(
  ctx: Context,
  action: 'rollback.receiver_set' | 'rollback.receiver_removed',
  owner: Component,
  detail: object,
) {
  await record(ctx, {
    action,
    subject: ['component', owner.id],
    detail: { component_id: owner.id, name: owner.name, ...detail },
  })
}

async function openComponent(ctx: Context, id_or_slug: string) {
  const component = await componentByIdOrSlug(ctx, id_or_slug)
  if (component.archived_at) throw new Refusal('conflict', `${component.name} is archived.`)
  return component
}

function refuseStale(before: Receiver | undefined, version: number | undefined) {
  if (version === undefined || version === (before?.version ?? 0)) return
  const current = before && { recipe: before.recipe, url: before.url, version: before.version }
  throw new Refusal('stale', 'Somebody else has changed this meanwhile.', { current })
}

function checkedAddress(recipe: Recipe, text: string) {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !recipe.address.pattern.test(url.href)) throw wrong('url', recipe.address.refusal)
  if (url.username || url.password) {
    throw wrong('url', 'An address here carries no user and password. There is a field for the token.')
  }
  return url.href
}

function originOf(url: string) {
  return new URL(url).origin
}

/** A token is for the host that it was given for: another address asks for it again. */
function tokenFor(ctx: Context, recipe: Recipe, { token }: Said, known: Receiver | undefined) {
  if (!recipe.token) return null
  if (token) return seal(ctx.secret, token)
  if (known?.sealed_token) return known.sealed_token
  throw wrong('token', `${recipe.label} listens only with its ${recipe.token.label.toLowerCase()}.`)
}

function optionsFor(recipe: Recipe, said: Said) {
  const given = said as Record<string, unknown>
  return Object.fromEntries(recipe.options.map(({ name, initial }) => [name, given[name] || initial]))
}

function wrong(field: string, words: string) {
  return new Refusal('invalid', words, { errors: { [field]: words } })
}
