import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

/** Everybody, as other people may see them. */
export function listPeople({ db }: Context) {
  return db
    .selectFrom('users')
    .leftJoin('authenticators', 'authenticators.user_id', 'users.id')
    .select(['users.id', 'users.email', 'users.name', 'users.role', 'users.disabled_at', 'users.created_at'])
    .select('authenticators.confirmed_at as second_step_at')
    .select((row) =>
      row
        .selectFrom('sessions')
        .whereRef('sessions.user_id', '=', 'users.id')
        .select(({ fn }) => fn.max('sessions.seen_at').as('seen_at'))
        .as('seen_at'),
    )
    .orderBy('users.name')
    .orderBy('users.id')
    .execute()
}

export async function insertInvitation({ db }: Context, invitation: Tables['invitations']) {
  await db.insertInto('invitations').values(invitation).execute()
}

export function invitationByHash({ db }: Context, token_hash: string) {
  return db.selectFrom('invitations').selectAll().where('token_hash', '=', token_hash).executeTakeFirst()
}

export function invitationById({ db }: Context, id: string) {
  return db.selectFrom('invitations').selectAll().where('id', '=', id).executeTakeFirst()
}

/** All that were made, newest first, with who made them. */
export function listInvitations({ db }: Context) {
  return db
    .selectFrom('invitations')
    .leftJoin('users', 'users.id', 'invitations.invited_by')
    .select(['invitations.id', 'invitations.email', 'invitations.role', 'invitations.created_at'])
    .select(['expires_at', 'accepted_at', 'withdrawn_at', 'users.name as invited_by_name'])
    .orderBy('invitations.id', 'desc')
    .limit(200)
    .execute()
}

/** Uses an invitation up; false when it was used, withdrawn or too old by now. Of two at once one is right. */
export async function spendInvitation({ db }: Context, id: string, accepted_at: string) {
  const { numUpdatedRows } = await db
    .updateTable('invitations')
    .set({ accepted_at })
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', accepted_at)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}

/** Withdraws one that is still open; false when it is not. */
export async function withdrawInvitation({ db }: Context, id: string, withdrawn_at: string) {
  const { numUpdatedRows } = await db
    .updateTable('invitations')
    .set({ withdrawn_at })
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}

/** A newer invitation to the same address takes the place of the older. */
export async function withdrawInvitationsTo({ db }: Context, email: string, withdrawn_at: string) {
  await db
    .updateTable('invitations')
    .set({ withdrawn_at })
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .execute()
}

/** What somebody may no longer do, the links they hold may not do either. */
export async function withdrawInvitationsOf({ db }: Context, invited_by: string, withdrawn_at: string) {
  await db
    .updateTable('invitations')
    .set({ withdrawn_at })
    .where('invited_by', '=', invited_by)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .execute()
}
