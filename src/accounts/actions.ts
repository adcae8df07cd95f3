import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { NewUser, Role } from './model.ts'
import { hashPassword } from './passwords.ts'
import { withdrawInvitationsOf } from './people-store.ts'
import { provePassword, resetSecondStep } from './second-step.ts'
import { hashSecret, newSecret, sameSecret } from './secrets.ts'
import {
  closeSetup,
  deleteFailures,
  deleteSession,
  holdAdmins,
  insertUser,
  readSetup,
  saveSetup,
  updateUser,
  userByEmail,
  userById,
} from './store.ts'
import { proofAccount } from './throttle.ts'

const setupLinkLives = 60 * 60_000

/** Adds a person. */
export async function addUser(ctx: Context, given: NewUser) {
  const password_hash = await hashPassword(given.password) // before the transaction: it takes 30 ms
  return inTransaction(ctx, async (ctx) => {
    const user = await admitUser(ctx, { ...given, password_hash })
    const detail = { name: user.name, role: given.role }
    await record(ctx, { action: 'user.added', subject: ['user', user.id], detail })
    return user
  })
}

/** A person's row, within the verb that lets them in. */
export async function admitUser(
  ctx: Context,
  given: Pick<NewUser, 'email' | 'name' | 'role'> & { password_hash: string },
) {
  const at = nowText(ctx)
  const { email, role, password_hash } = given
  const user = { id: newId(), name: given.name || (email.split('@')[0] ?? email) }
  const row = { ...user, email, role, password_hash, disabled_at: null, shortcuts_off_at: null }
  const added = await insertUser(ctx, { ...row, version: 1, created_at: at, updated_at: at })
  if (!added) throw new Refusal('conflict', `Somebody already uses ${email}.`)
  if (role === 'admin') await saveSetup(ctx, { completed_at: at, token_hash: null, expires_at: null })
  return user
}

/** Changes what a person may do; their sessions end, so that the change holds at once. */
export function changeRole(ctx: Context, who: string, role: Role) {
  return changeUser(ctx, who, async (ctx, user) => {
    if (role !== 'admin') await refuseLastAdmin(ctx, user)
    await updateUser(ctx, user.id, { role, updated_at: nowText(ctx) })
    if (role !== 'admin') await withdrawInvitationsOf(ctx, user.id, nowText(ctx))
    const detail = { name: user.name, from: user.role, role }
    await record(ctx, { action: 'user.role_changed', subject: ['user', user.id], detail })
  })
}

/** Shuts a person out; what they did stays in the journal. */
export function disableUser(ctx: Context, who: string) {
  return changeUser(ctx, who, async (ctx, user) => {
    await refuseLastAdmin(ctx, user)
    await updateUser(ctx, user.id, { disabled_at: nowText(ctx), updated_at: nowText(ctx) })
    await withdrawInvitationsOf(ctx, user.id, nowText(ctx))
    const detail = { name: user.name }
    await record(ctx, { action: 'user.disabled', subject: ['user', user.id], detail })
  })
}

/** Lets a person in again who was shut out. */
export function enableUser(ctx: Context, who: string) {
  return changeUser(ctx, who, async (ctx, user) => {
    if (user.disabled_at === null) throw new Refusal('conflict', `${user.name} is not shut out.`)
    await updateUser(ctx, user.id, { disabled_at: null, updated_at: nowText(ctx) })
    const detail = { name: user.name }
    await record(ctx, { action: 'user.enabled', subject: ['user', user.id], detail })
  })
}

/** Ends all sessions of a person: everything that changes them does, and here nothing else. */
export function endSessionsOf(ctx: Context, who: string) {
  return changeUser(ctx, who, async (ctx, user) => {
    const detail = { name: user.name }
    await record(ctx, { action: 'user.sessions_ended', subject: ['user', user.id], detail })
  })
}

/** Takes the second step from somebody who lost it. */
export function resetSecondStepOf(ctx: Context, who: string) {
  return changeUser(ctx, who, resetSecondStep)
}

/** A person is called otherwise from now on; what they did before keeps the name it was done under. */
export function renameSelf(ctx: Context, { name }: { name: string }) {
  return inTransaction(ctx, async (ctx) => {
    const id = ctx.actor.id ?? ''
    await updateUser(ctx, id, { name, updated_at: nowText(ctx) })
    await record(ctx, { action: 'user.renamed', subject: ['user', id], detail: { name } })
  })
}

/** Gives a person a new password, and lets them in again if they were disabled or had guessed too often. */
export async function resetPassword(ctx: Context, who: string, password: string) {
  const password_hash = await hashPassword(password)
  return changeUser(ctx, who, async (ctx, user) => {
    await updateUser(ctx, user.id, { password_hash, disabled_at: null, updated_at: nowText(ctx) })
    await deleteFailures(ctx, { account: hashSecret(user.email) })
    await deleteFailures(ctx, { account: proofAccount(user.id) })
    await record(ctx, { action: 'user.password_changed', subject: ['user', user.id] })
  })
}

/** A person changes their own password, knowing the old one; all their sessions end, this one too. Returns who it is. */
export async function changeOwnPassword(ctx: Context, given: { current_password: string; password: string }) {
  const user = await provePassword(ctx, given.current_password)
  await resetPassword(ctx, user.id, given.password)
  return user
}

type User = NonNullable<Awaited<ReturnType<typeof userByEmail>>>

/** `who` is an id, or an e-mail address; only the latter has an @. */
function changeUser(ctx: Context, who: string, change: (ctx: Context, user: User) => Promise<unknown>) {
  return inTransaction(ctx, async (ctx) => {
    const user = who.includes('@')
      ? await userByEmail(ctx, who.trim().toLowerCase())
      : await userById(ctx, who)
    if (!user) throw new Refusal('not-found', `Nobody uses ${who}.`)
    await change(ctx, user)
    await deleteSession(ctx, { user_id: user.id })
    return user.id
  })
}

/** Holds the rows of all admins first: of two who demote each other at once the second waits, and looks anew. */
async function refuseLastAdmin(ctx: Context, { id }: User) {
  const admins = await holdAdmins(ctx)
  if (admins.some((admin) => admin.id !== id) || !admins.some((admin) => admin.id === id)) return
  throw new Refusal('conflict', 'This is the only admin left. Make somebody else admin first.')
}

/** A new one-time setup link's token while no admin exists, else null. The one before it dies. */
export async function renewSetupToken(ctx: Context): Promise<string | null> {
  if ((await readSetup(ctx))?.completed_at) return null
  const token = newSecret()
  const expires_at = new Date(ctx.now().getTime() + setupLinkLives).toISOString()
  await saveSetup(ctx, { token_hash: hashSecret(token), expires_at })
  return token
}

type SetupDoor = 'open' | 'closed' | 'locked'

/** Whether this token opens setup: closed for ever once an admin exists, locked without the right token. */
export async function setupDoor(ctx: Context, token: string): Promise<SetupDoor> {
  const setup = await readSetup(ctx)
  if (setup?.completed_at) return 'closed'
  if (!setup?.token_hash || !setup.expires_at || setup.expires_at < nowText(ctx)) return 'locked'
  return sameSecret(setup.token_hash, hashSecret(token)) ? 'open' : 'locked'
}

/** Makes the first admin by the setup link; of two at once one wins, the other is refused. */
export async function addFirstAdmin(ctx: Context, token: string, given: Omit<NewUser, 'role'>) {
  return inTransaction(ctx, async (ctx) => {
    const door = await setupDoor(ctx, token)
    if (door === 'locked') throw new Refusal('forbidden', 'This setup link is not valid any more.')
    if (door === 'closed' || !(await closeSetup(ctx, nowText(ctx)))) {
      throw new Refusal('gone', 'Shiplog is already set up. Please sign in.')
    }
    const user = await addUser(ctx, { ...given, role: 'admin' })
    await record(ctx, { action: 'setup.completed', subject: ['user', user.id] })
    return user
  })
}
