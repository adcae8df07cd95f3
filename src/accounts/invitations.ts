import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import { admitUser } from './actions.ts'
import type { Acceptance, NewInvitation } from './model.ts'
import { hashPassword } from './passwords.ts'
import {
  insertInvitation,
  invitationByHash,
  invitationById,
  spendInvitation,
  withdrawInvitation,
  withdrawInvitationsTo,
} from './people-store.ts'
import { hashSecret, newSecret } from './secrets.ts'
import { userByEmail } from './store.ts'

const lives = 72 * 60 * 60_000

type Invitation = Tables['invitations']
type Ends = Pick<Invitation, 'accepted_at' | 'withdrawn_at' | 'expires_at'>

/** What became of an invitation: it is open until it is used, withdrawn, or three days old. */
export function stateOf(invitation: Ends, now: string): 'open' | 'accepted' | 'withdrawn' | 'expired' {
  if (invitation.accepted_at) return 'accepted'
  if (invitation.withdrawn_at) return 'withdrawn'
  return invitation.expires_at > now ? 'open' : 'expired'
}

/** Invites somebody to a role. The link's token is in the answer and nowhere else; an older link to them ends. */
export function invite(ctx: Context, { email, role }: NewInvitation) {
  return inTransaction(ctx, async (ctx) => {
    if (await userByEmail(ctx, email)) {
      const words = `Somebody already uses ${email}.`
      throw new Refusal('conflict', words, { errors: { email: words } })
    }
    const [id, token, at] = [newId(), newSecret(), nowText(ctx)]
    await withdrawInvitationsTo(ctx, email, at)
    const expires_at = new Date(ctx.now().getTime() + lives).toISOString()
    const invited_by = ctx.actor.kind === 'user' ? ctx.actor.id : null
    const ends = { expires_at, accepted_at: null, withdrawn_at: null }
    const made = { id, email, role, created_at: at, ...ends }
    await insertInvitation(ctx, { ...made, token_hash: hashSecret(token), invited_by })
    await record(ctx, { action: 'user.invited', subject: ['invitation', id], detail: { email, role } })
    return { ...made, token }
  })
}

/** Takes an invitation back: its link opens nothing any more. */
export function takeBackInvitation(ctx: Context, id: string) {
  return inTransaction(ctx, async (ctx) => {
    const invitation = await invitationById(ctx, id)
    if (!invitation) throw new Refusal('not-found', 'There is no such invitation.')
    if (!(await withdrawInvitation(ctx, id, nowText(ctx))))
      throw new Refusal('conflict', 'This invitation was used or withdrawn before.')
    const detail = { email: invitation.email }
    await record(ctx, { action: 'user.invitation_withdrawn', subject: ['invitation', id], detail })
  })
}

const ended = {
  accepted: 'This invitation was used already. If it was you, sign in; if not, tell who invited you.',
  withdrawn: 'This invitation was withdrawn. Ask who invited you for a new one.',
  expired: 'This invitation is older than three days. Ask who invited you for a new one.',
}

/** The open invitation that this link is for; refuses, in words for whoever was invited, when it is not open. */
export async function openInvitation(ctx: Context, token: string) {
  const invitation = await invitationByHash(ctx, hashSecret(token))
  if (!invitation) throw new Refusal('not-found', 'There is no such invitation. Is the link whole?')
  const state = stateOf(invitation, nowText(ctx))
  if (state !== 'open') throw new Refusal('gone', ended[state])
  return invitation
}

/** Makes an account of an invitation, with the role it was made for. Of two who use it at once one is let in. */
export async function acceptInvitation(ctx: Context, token: string, given: Acceptance) {
  const invitation = await openInvitation(ctx, token)
  const password_hash = await hashPassword(given.password) // before the transaction: it takes 30 ms
  return inTransaction(ctx, async (ctx) => {
    if (!(await spendInvitation(ctx, invitation.id, nowText(ctx)))) {
      await openInvitation(ctx, token) // says what became of it meanwhile
      throw new Refusal('gone', ended.accepted)
    }
    const role = invitation.role as NewInvitation['role']
    const user = await admitUser(ctx, { email: invitation.email, name: given.name, role, password_hash })
    const actor = { kind: 'user' as const, ...user }
    const detail = { name: user.name, role }
    await record({ ...ctx, actor }, { action: 'user.joined', subject: ['user', user.id], detail })
    return user
  })
}
