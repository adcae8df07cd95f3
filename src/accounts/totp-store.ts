import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

export function authenticatorOf({ db }: Context, user_id: string) {
  return db.selectFrom('authenticators').selectAll().where('user_id', '=', user_id).executeTakeFirst()
}

/** Begins anew; false when one that is confirmed stands. */
export async function putAuthenticator({ db }: Context, row: Tables['authenticators']) {
  await db
    .deleteFrom('authenticators')
    .where('user_id', '=', row.user_id)
    .where('confirmed_at', 'is', null)
    .execute()
  const put = await db
    .insertInto('authenticators')
    .values(row)
    .onConflict((on) => on.column('user_id').doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return put !== undefined
}

/** Confirms by the first code; false when somebody was faster. */
export async function confirmAuthenticator(
  { db }: Context,
  { user_id, secret }: Pick<Tables['authenticators'], 'user_id' | 'secret'>,
  change: { confirmed_at: string; last_step: number },
) {
  const { numUpdatedRows } = await db
    .updateTable('authenticators')
    .set(change)
    .where('user_id', '=', user_id)
    .where('secret', '=', secret)
    .where('confirmed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}

/** Uses up a half minute's code: of two at once the store lets one. */
export async function spendStep({ db }: Context, user_id: string, step: number) {
  const { numUpdatedRows } = await db
    .updateTable('authenticators')
    .set({ last_step: step })
    .where('user_id', '=', user_id)
    .where('confirmed_at', 'is not', null)
    .where('last_step', '<', step)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}

export async function deleteAuthenticator({ db }: Context, user_id: string) {
  const { numDeletedRows } = await db
    .deleteFrom('authenticators')
    .where('user_id', '=', user_id)
    .executeTakeFirstOrThrow()
  await db.deleteFrom('recovery_codes').where('user_id', '=', user_id).execute()
  return Number(numDeletedRows) === 1
}

export async function replaceRecoveryCodes({ db }: Context, user_id: string, hashes: string[]) {
  await db.deleteFrom('recovery_codes').where('user_id', '=', user_id).execute()
  const rows = hashes.map((code_hash) => ({ user_id, code_hash, used_at: null }))
  await db.insertInto('recovery_codes').values(rows).execute()
}

/** Uses up a recovery code; false when it is none of theirs, or was used before. */
export async function spendRecoveryCode(
  { db }: Context,
  user_id: string,
  code_hash: string,
  used_at: string,
) {
  const { numUpdatedRows } = await db
    .updateTable('recovery_codes')
    .set({ used_at })
    .where('user_id', '=', user_id)
    .where('code_hash', '=', code_hash)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}

export async function countRecoveryCodes({ db }: Context, user_id: string) {
  const { count } = await db
    .selectFrom('recovery_codes')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', user_id)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}
