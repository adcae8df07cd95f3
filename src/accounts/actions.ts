import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { NewUser, Role } from './model.ts'
import { hashPassword, passwordMatches } from './passwords.ts'
import { hashSecret, newSecret, sameSecret } from './secrets.ts'
import {
  closeSetup,
  countOtherAdmins,
  deleteFailures,
  deleteSession,
  insertUser,
  readSetup,
  saveSetup,
  updateUser,
  userByEmail,
  userById,
} from './store.ts'

const setupLinkLives = 60 * 60_000

/** Adds a person. */
export async function addUser(ctx: Context, given: NewUser) {
  const password_hash = await hashPassword(given.password) // before the transaction: it takes 30 ms
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    const id = newId()
    const name = given.name || (given.email.split('@')[0] ?? given.email)
    const user = { id, email: given.email, name, role: given.role, password_hash, disabled_at: null }
    const added = await insertUser(ctx, { ...user, version: 1, created_at: at, updated_at: at })
    if (!added) throw new Refusal('conflict', `Somebody already uses ${given.email}.`)
    if (given.role === 'admin') {
      await saveSetup(ctx, { completed_at: at, token_hash: null, expires_at: null })
    }
    await record(ctx, { action: 'user.added', subject: ['user', id], detail: { name, role: given.role } })
    return { id, name }
  })
}

/** Changes what a person may do; their sessions end, so that the change holds at once. */
export function changeRole(ctx: Context, address: string, role: Role) {
  return changeUser(ctx, address, async (ctx, user) => {
    if (role !== 'admin') await refuseLastAdmin(ctx, user)
    await updateUser(ctx, user.id, { role, updated_at: nowText(ctx) })
    await record(ctx, { action: 'user.role_changed', subject: ['user', user.id], detail: { role } })
  })
}

/** Shuts a person out; what they did stays in the journal. */
export function disableUser(ctx: Context, address: string) {
  return changeUser(ctx, address, async (ctx, user) => {
    await refuseLastAdmin(ctx, user)
    await updateUser(ctx, user.id, { disabled_at: nowText(ctx), updated_at: nowText(ctx) })
    await record(ctx, { action: 'user.disabled', subject: ['user', user.id] })
  })
}

/** Gives a person a new password, and lets them in again if they were disabled or had guessed too often. */
export async function resetPassword(ctx: Context, address: string, password: string) {
  const password_hash = await hashPassword(password)
  return changeUser(ctx, address, async (ctx, user) => {
    await updateUser(ctx, user.id, { password_hash, disabled_at: null, updated_at: nowText(ctx) })
    await deleteFailures(ctx, { account: hashSecret(user.email) })
    await record(ctx, { action: 'user.password_changed', subject: ['user', user.id] })
  })
}

/** A person changes their own password, knowing the old one; all their sessions end. */
export async function changeOwnPassword(ctx: Context, given: { current_password: string; password: string }) {
  const user = await userById(ctx, ctx.actor.id ?? '')
  if (!user || !(await passwordMatches(given.current_password, user.password_hash))) {
    const words = 'The current password is not right.'
    throw new Refusal('invalid', words, { errors: { current_password: words } })
  }
  await resetPassword(ctx, user.email, given.password)
}

type User = NonNullable<Awaited<ReturnType<typeof userByEmail>>>

function changeUser(ctx: Context, address: string, change: (ctx: Context, user: User) => Promise<void>) {
  return inTransaction(ctx, async (ctx) => {
    const user = await userByEmail(ctx, address.trim().toLowerCase())
    if (!user) throw new Refusal('not-found', `Nobody uses ${address}.`)
    await change(ctx, user)
    await deleteSession(ctx, { user_id: user.id })
    return user.id
  })
}

async function refuseLastAdmin(ctx: Context, user: User) {
  if (user.role !== 'admin' || (await countOtherAdmins(ctx, user.id)) > 0) return
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
