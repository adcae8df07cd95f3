import { isIP } from 'node:net'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { passwordMatches } from './passwords.ts'
import { hashSecret, newSecret } from './secrets.ts'
import {
  deleteFailures,
  deleteSession,
  deleteSessionsBefore,
  insertLoginFailure,
  insertSession,
  recentFailures,
  sessionByHash,
  touchSession,
  userByEmail,
} from './store.ts'

const minute = 60_000
const idle = 8 * 60 * minute
const absolute = 24 * 60 * minute
const throttleWindow = 15 * minute
const wrongFromOneNetwork = 10
const wrongOnOneAccount = 10
const wrongOnBoth = 3

export type Visit = { ip: string; agent: string; token: string | null }

/**
 * Signs a person in: a new session id each time, the one they came with is ended. A wrong address and a wrong
 * password get the same refusal after the same work. Returns the session's token, told only to the browser.
 */
export async function logIn(ctx: Context, given: { email: string; password: string }, visit: Visit) {
  const network = networkOf(visit.ip)
  const account = hashSecret(given.email)
  await refuseThrottled(ctx, account, network)

  const user = await userByEmail(ctx, given.email)
  const right = await passwordMatches(given.password, user?.password_hash ?? null)
  if (!user || !right || user.disabled_at !== null) {
    await insertLoginFailure(ctx, { id: newId(), account, network, failed_at: nowText(ctx) })
    throw new Refusal('unauthenticated', 'That e-mail address and password do not belong together.')
  }
  const actor = { kind: 'user' as const, id: user.id, name: user.name }
  return openSession({ ...ctx, actor }, user.id, visit)
}

/** Opens a session for somebody who has just proved who they are; the one they came with is ended. Returns its token. */
export async function openSession(ctx: Context, user_id: string, visit: Visit) {
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

/** Who holds this session token, if the session still lives; notes once a minute that it was seen. */
export async function sessionFor(ctx: Context, token: string) {
  const session = await sessionByHash(ctx, hashSecret(token))
  if (!session || session.disabled_at !== null) return null
  const now = ctx.now().getTime()
  const [born, seen] = [Date.parse(session.created_at), Date.parse(session.seen_at)]
  if (now - seen > idle || now - born > absolute) return null
  if (now - seen > minute) await noteSeen(ctx, session.id)
  return session
}

async function noteSeen(ctx: Context, id: string) {
  try {
    await touchSession(ctx, id, nowText(ctx))
  } catch (err) {
    ctx.log.warn({ err }, 'could not note that a session was seen') // a full disk must not sign anybody out
  }
}

/** Ten wrong from one network, or three from it on an account that is under attack from everywhere. */
async function refuseThrottled(ctx: Context, account: string, network: string) {
  const since = new Date(ctx.now().getTime() - throttleWindow).toISOString()
  const failures = await recentFailures(ctx, since, account, network)
  const underAttack = failures.account >= wrongOnOneAccount && failures.both >= wrongOnBoth
  if (failures.network >= wrongFromOneNetwork || underAttack) {
    throw new Refusal(
      'too-many',
      'Too many wrong passwords. Please wait a quarter of an hour, then try again.',
    )
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
  await deleteSessionsBefore(ctx, before(absolute))
  await deleteFailures(ctx, { before: before(throttleWindow) })
}
