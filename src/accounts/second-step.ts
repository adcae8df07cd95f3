import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { seal, unseal } from '../platform/seal.ts'
import { passwordMatches } from './passwords.ts'
import { hashSecret, newSecret } from './secrets.ts'
import { deleteFailures, deleteSession, userById } from './store.ts'
import { noteGuess, proofAccount, refuseGuessing } from './throttle.ts'
import { newRecoveryCodes, newTotpSecret, plainCode, stepOf } from './totp.ts'
import {
  authenticatorOf,
  confirmAuthenticator,
  deleteAuthenticator,
  putAuthenticator,
  replaceRecoveryCodes,
  spendRecoveryCode,
  spendStep,
} from './totp-store.ts'

const notRight = 'That code is not right. Look at your app for the one it shows now.'
const usedBefore =
  'That code was used before, or the server’s clock was set back. Wait for the next one, or use a recovery code.'
const nobody = 'That is for people who are signed in.'

/** Begins to turn the second step on: a new secret, which counts for nothing until a code made with it comes back. */
export async function beginSecondStep(ctx: Context, given: { current_password: string }) {
  await provePassword(ctx, given.current_password)
  return inTransaction(ctx, async (ctx) => {
    const user_id = ctx.actor.id ?? ''
    const row = { user_id, secret: seal(ctx.secret, newTotpSecret()), last_step: 0, created_at: nowText(ctx) }
    const put = await putAuthenticator(ctx, { ...row, confirmed_at: null })
    if (!put) throw new Refusal('conflict', 'The second step is on already.')
  })
}

/** Turns the second step on by a first code; the other sessions end. Returns the recovery codes, told this once. */
export async function confirmSecondStep(ctx: Context, given: { code: string }, session_id: string) {
  const user_id = ctx.actor.id ?? ''
  await refuseGuessing(ctx, user_id)
  const begun = await authenticatorOf(ctx, user_id)
  if (!begun || begun.confirmed_at)
    throw new Refusal('conflict', 'Begin again: the second step was on, or never begun.')
  const step = stepOf(unseal(ctx.secret, begun.secret), plainCode(given.code), ctx.now().getTime())
  if (step === null) return refuseCode(ctx, user_id, notRight)
  return inTransaction(ctx, async (ctx) => {
    const change = { confirmed_at: nowText(ctx), last_step: step }
    if (!(await confirmAuthenticator(ctx, begun, change)))
      throw new Refusal('conflict', 'The second step is on already.')
    await deleteSession(ctx, { user_id, but: session_id })
    await record(ctx, { action: 'user.second_step_on', subject: ['user', user_id] })
    return storeNewCodes(ctx, user_id)
  })
}

/** New recovery codes in place of the old, for a code. Returns them, told this once. */
export async function renewRecoveryCodes(ctx: Context, given: { code: string }) {
  const user_id = ctx.actor.id ?? ''
  await proveCode(ctx, user_id, given.code)
  return inTransaction(ctx, async (ctx) => {
    await record(ctx, { action: 'user.recovery_codes_renewed', subject: ['user', user_id] })
    return storeNewCodes(ctx, user_id)
  })
}

/** Turns the second step off, for the password and a code; the other sessions end. */
export async function removeSecondStep(
  ctx: Context,
  given: { current_password: string; code: string },
  session_id: string,
) {
  const user_id = ctx.actor.id ?? ''
  await provePassword(ctx, given.current_password)
  await proveCode(ctx, user_id, given.code)
  return inTransaction(ctx, async (ctx) => {
    await deleteAuthenticator(ctx, user_id)
    await deleteSession(ctx, { user_id, but: session_id })
    await record(ctx, { action: 'user.second_step_off', subject: ['user', user_id] })
  })
}

/** Takes the second step from somebody who lost it, so that the password alone lets them in; their sessions end. */
export function resetSecondStep(ctx: Context, user: { id: string; name: string }) {
  return inTransaction(ctx, async (ctx) => {
    if (!(await deleteAuthenticator(ctx, user.id)))
      throw new Refusal('conflict', `${user.name} has no second step.`)
    await deleteSession(ctx, { user_id: user.id })
    await deleteFailures(ctx, { account: proofAccount(user.id) })
    const subject: [string, string] = ['user', user.id]
    await record(ctx, { action: 'user.second_step_reset', subject, detail: { name: user.name } })
  })
}

/**
 * Proves a code of the app, or a recovery code, and uses it up: of two who show the same one at once, one is right.
 * Five wrong ones, and the person waits.
 */
export async function proveCode(ctx: Context, user_id: string, typed: string, network = '') {
  await refuseGuessing(ctx, user_id)
  const authenticator = await authenticatorOf(ctx, user_id)
  if (!authenticator?.confirmed_at) throw new Refusal('conflict', 'The second step is off.')
  const code = plainCode(typed)
  if (!/^\d{6}$/.test(code)) return proveRecoveryCode(ctx, user_id, code, network)
  const step = stepOf(unseal(ctx.secret, authenticator.secret), code, ctx.now().getTime())
  if (step === null) return refuseCode(ctx, user_id, notRight, network)
  if (!(await spendStep(ctx, user_id, step))) return refuseCode(ctx, user_id, usedBefore, network)
}

async function proveRecoveryCode(ctx: Context, user_id: string, code: string, network: string) {
  const spent = await inTransaction(ctx, async (ctx) => {
    const spent = await spendRecoveryCode(ctx, user_id, hashSecret(code), nowText(ctx))
    const actor = { kind: 'user' as const, id: user_id, name: (await userById(ctx, user_id))?.name ?? '' }
    if (spent)
      await record({ ...ctx, actor }, { action: 'user.recovery_code_used', subject: ['user', user_id] })
    return spent
  })
  if (!spent) return refuseCode(ctx, user_id, 'That code is not right, or it was used before.', network)
}

async function refuseCode(ctx: Context, user_id: string, words: string, network = ''): Promise<never> {
  await noteGuess(ctx, proofAccount(user_id), network)
  throw new Refusal('invalid', words, { errors: { code: words } })
}

/** Proves that who is signed in knows the password; wrong ones are counted, for a session may be stolen. */
export async function provePassword(ctx: Context, password: string) {
  const user = await userById(ctx, ctx.actor.id ?? '')
  if (!user) throw new Refusal('forbidden', nobody)
  await refuseGuessing(ctx, user.id)
  if (await passwordMatches(password, user.password_hash)) return user
  await noteGuess(ctx, proofAccount(user.id), '')
  const words = 'The current password is not right.'
  throw new Refusal('invalid', words, { errors: { current_password: words } })
}

async function storeNewCodes(ctx: Context, user_id: string): Promise<string[]> {
  const codes = newRecoveryCodes()
  await replaceRecoveryCodes(
    ctx,
    user_id,
    codes.map((code) => hashSecret(plainCode(code))),
  )
  return codes
}

const waits = 5 * 60_000

/** Says, for this server's eyes only, that somebody has shown their password and owes a code; for five minutes. */
export function halfSignedIn(ctx: Context, user: { id: string; version: number }): string {
  const until = ctx.now().getTime() + waits
  return seal(ctx.secret, JSON.stringify({ id: user.id, version: user.version, until, nonce: newSecret() }))
}

/** Who owes a code, by what `halfSignedIn` gave; nobody once it is old, or the person's account was changed since. */
export async function whoOwesCode(ctx: Context, sealed: string) {
  const owing = readOwing(ctx, sealed)
  const now = ctx.now().getTime()
  // a clock that was set back must not make it young again
  if (!owing || now > owing.until || now < owing.until - waits - 60_000) return null
  const user = await userById(ctx, owing.id)
  return user && user.version === owing.version && user.disabled_at === null ? user : null
}

function readOwing(ctx: Context, sealed: string): { id: string; version: number; until: number } | null {
  try {
    return JSON.parse(unseal(ctx.secret, sealed))
  } catch {
    return null
  }
}
