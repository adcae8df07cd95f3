import { isIP } from 'node:net'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { passwordMatches } from './passwords.ts'
import { halfSignedIn, proveCode, whoOwesCode } from './second-step.ts'
import { hashSecret, newSecret } from './secrets.ts'
import {
  deleteFailures,
  deleteSession,
  deleteSessionsBefore,
  insertSession,
  sessionByHash,
  touchSession,
  userByEmail,
} from './store.ts'
import { guessesSince, noteGuess, refuseThrottled } from './throttle.ts'
import { authenticatorOf } from './totp-store.ts'

const minute = 60_000
const idle = 8 * 60 * minute
const absolute = 24 * 60 * minute

export type Visit = { ip: string; agent: string; token: string | null }

type SignedIn = { token: string } | { owes_code: string }

/**
 * Signs a person in: a new session id each time, the one they came with is ended. A wrong address and a wrong
 * password get the same refusal after the same work. Returns the session's token, told only to the browser; or, for
 * who has a second step, what says that a code is still owed.
 */
export async function logIn(
  ctx: Context,
  given: { email: string; password: string },
  visit: Visit,
): Promise<SignedIn> {
  const network = networkOf(visit.ip)
  const account = hashSecret(given.email)
  await refuseThrottled(ctx, account, network)

  const user = await userByEmail(ctx, given.email)
  const right = await passwordMatches(given.password, user?.password_hash ?? null)
  if (!user || !right || user.disabled_at !== null) {
    await noteGuess(ctx, account, network)
    throw new Refusal('unauthenticated', 'That e-mail address and password do not belong together.')
  }
  if ((await authenticatorOf(ctx, user.id))?.confirmed_at) return { owes_code: halfSignedIn(ctx, user) }
  return { token: await openSession(ctx, user, visit) }
}

/** The second step of signing in: a code of the app, or a recovery code, each good once. */
export async function logInWithCode(ctx: Context, given: { owes_code: string; code: string }, visit: Visit) {
  const network = networkOf(visit.ip)
  const user = await whoOwesCode(ctx, given.owes_code)
  if (!user) throw new Refusal('unauthenticated', 'That took too long. Please sign in again.')
  await refuseThrottled(ctx, hashSecret(user.email), network)
  await proveCode(ctx, user.id, given.code, network)
  return openSession(ctx, user, visit)
}

/** Opens a session for somebody who has just proved who they are; the one they came with is ended. Returns its token. */
export async function openSession(given: Context, user: { id: string; name: string }, visit: Visit) {
  const ctx = { ...given, actor: { kind: 'user' as const, id: user.id, name: user.name } }
  const user_id = user.id
  const token = newSecret()
  const at = nowText(ctx)
  const session = { id: newId(), token_hash: hashSecret(token), user_id, created_at: at, seen_at: at }
  return inTransaction(ctx, async (ctx) => {
    if (visit.token) await deleteSession(ctx, { token_hash: hashSecret(visit.token) })
    await insertSession(ctx, { ...session, network: networkOf(visit.ip), agent: visit.agent.slice(0, 200) })
    await record(ctx, { action: 'session.opened', subject: ['user', user_id] })
    return token
  })
}

/** Ends the session that a browser holds. */
export function logOut(ctx: Context, token: string) {
  return inTransaction(ctx, async (ctx) => {
    const ended = await deleteSession(ctx, { token_hash: hashSecret(token) })
    if (ended > 0) await record(ctx, { action: 'session.ended', subject: ['user', ctx.actor.id ?? ''] })
  })
}

/** Ends one of a person's own sessions, by its id. */
export function endSession(ctx: Context, id: string) {
  return inTransaction(ctx, async (ctx) => {
    const user_id = ctx.actor.id ?? ''
    const ended = await deleteSession(ctx, { id, user_id })
    if (ended === 0) throw new Refusal('not-found', 'That session has already ended.')
    await record(ctx, { action: 'session.ended', subject: ['user', user_id] })
  })
}

/** Ends all of a person's own sessions but the one they are in. Returns how many there were. */
export function endOtherSessions(ctx: Context, session_id: string) {
  return inTransaction(ctx, async (ctx) => {
    const user_id = ctx.actor.id ?? ''
    const ended = await deleteSession(ctx, { user_id, but: session_id })
    if (ended > 0) await record(ctx, { action: 'session.others_ended', subject: ['user', user_id] })
    return ended
  })
}

/** Everybody has to sign in again, whoever they are. No verb of its own: it goes with one that has its line. */
export function endEverySession(ctx: Context) {
  return deleteSessionsBefore(ctx, '~') // sorts after every time
}

/** Who holds this session token, if the session still lives; notes once a minute that it was seen. */
export async function sessionFor(ctx: Context, token: string) {
  const session = await sessionByHash(ctx, hashSecret(token))
  if (!session || session.disabled_at !== null) return null
  const now = ctx.now().getTime()
  const [born, seen] = [Date.parse(session.created_at), Date.parse(session.seen_at)]
  if (now - seen > idle || now - born > absolute || born - now > minute) {
    await endForGood(ctx, session.id)
    return null
  }
  if (now - seen > minute) await noteSeen(ctx, session.id)
  return session
}

/** A clock that is set back must not revive what was over, nor lengthen what was opened while it was ahead. */
async function endForGood(ctx: Context, id: string) {
  try {
    await deleteSession(ctx, { id })
  } catch (err) {
    ctx.log.warn({ err }, 'a session that is over could not be removed')
  }
}

async function noteSeen(ctx: Context, id: string) {
  try {
    await touchSession(ctx, id, nowText(ctx))
  } catch (err) {
    ctx.log.warn({ err }, 'could not note that a session was seen') // a full disk must not sign anybody out
  }
}

/** The /24 of an IPv4 address, the /64 of an IPv6 one. */
function networkOf(ip: string): string {
  const mapped = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIP(mapped) === 4) return `${mapped.split('.').slice(0, 3).join('.')}.0/24`
  const [head = '', tail] = mapped.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail ? tail.split(':') : []
  const groups = [...first, ...Array(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last]
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** Housekeeping: sessions and failures that no longer count. */
export async function forgetOldSessions(ctx: Context) {
  const before = (age: number) => new Date(ctx.now().getTime() - age).toISOString()
  await inTransaction(ctx, async (ctx) => {
    await deleteSessionsBefore(ctx, before(absolute))
    await deleteFailures(ctx, { before: guessesSince(ctx) })
  })
}
