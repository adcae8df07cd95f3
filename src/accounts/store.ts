import { firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

type User = Tables['users']

export async function insertUser({ db }: Context, user: User) {
  const conflict = await db
    .insertInto('users')
    .values(user)
    .onConflict((on) => on.column('email').doNothing())
    .returning('id')
    .executeTakeFirst()
  return conflict !== undefined
}

export function userByEmail({ db }: Context, email: string) {
  return db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst()
}

export function userById({ db }: Context, id: string) {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

export function listUsers({ db }: Context) {
  return db.selectFrom('users').selectAll().orderBy('email').execute()
}

export async function updateUser({ db }: Context, id: string, change: Partial<User>) {
  await db
    .updateTable('users')
    .set((row) => ({ ...change, version: row('version', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

/** Who may do everything; their rows are held until the transaction ends, so that the answer stays true. */
export function holdAdmins({ db }: Context) {
  return db
    .updateTable('users')
    .set((row) => ({ role: row.ref('role') }))
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .returning('id')
    .execute()
}

export async function insertSession({ db }: Context, session: Tables['sessions']) {
  await db.insertInto('sessions').values(session).execute()
}

export function sessionByHash({ db }: Context, token_hash: string) {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['sessions.id', 'sessions.created_at', 'sessions.seen_at', 'sessions.user_id'])
    .select(['users.name', 'users.email', 'users.role', 'users.disabled_at', 'users.shortcuts_off_at'])
    .where('token_hash', '=', token_hash)
    .executeTakeFirst()
}

export function sessionsOf({ db }: Context, user_id: string) {
  return db
    .selectFrom('sessions')
    .select(['id', 'created_at', 'seen_at', 'network', 'agent'])
    .where('user_id', '=', user_id)
    .orderBy('seen_at', 'desc')
    .execute()
}

export async function touchSession({ db }: Context, id: string, seen_at: string) {
  await db.updateTable('sessions').set({ seen_at }).where('id', '=', id).execute()
}

export async function deleteSession(
  { db }: Context,
  where: { id?: string; token_hash?: string; user_id?: string; but?: string },
) {
  let query = db.deleteFrom('sessions')
  if (where.id !== undefined) query = query.where('id', '=', where.id)
  if (where.token_hash !== undefined) query = query.where('token_hash', '=', where.token_hash)
  if (where.user_id !== undefined) query = query.where('user_id', '=', where.user_id)
  if (where.but !== undefined) query = query.where('id', '!=', where.but)
  const { numDeletedRows } = await query.executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

export async function deleteSessionsBefore({ db }: Context, seen_at: string) {
  await db.deleteFrom('sessions').where('seen_at', '<', seen_at).execute()
}

export async function insertToken({ db }: Context, token: Tables['api_tokens']) {
  await db.insertInto('api_tokens').values(token).execute()
}

export const tokenByHash = firstCompiledOnce((db, token_hash: string) =>
  db.selectFrom('api_tokens').selectAll().where('token_hash', '=', token_hash),
)

export async function listTokens({ db }: Context) {
  const rows = await db
    .selectFrom('api_tokens')
    .leftJoin('users', 'users.id', 'api_tokens.created_by')
    .select(['api_tokens.id', 'api_tokens.name', 'scopes', 'api_tokens.created_at', 'used_at', 'revoked_at'])
    .select('users.name as created_by_name')
    .orderBy('api_tokens.id', 'desc')
    .execute()
  return rows.map((row) => ({ ...row, scopes: JSON.parse(row.scopes) as string[] }))
}

export async function updateToken({ db }: Context, id: string, change: Partial<Tables['api_tokens']>) {
  const { numUpdatedRows } = await db
    .updateTable('api_tokens')
    .set(change)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}

export async function insertLoginFailure({ db }: Context, failure: Tables['login_failures']) {
  await db.insertInto('login_failures').values(failure).execute()
}

export async function recentFailures({ db }: Context, since: string, account: string, network: string) {
  const rows = await db
    .selectFrom('login_failures')
    .select(['account', 'network'])
    .where('failed_at', '>', since)
    .where((row) => row.or([row('account', '=', account), row('network', '=', network)]))
    .limit(200)
    .execute()
  return {
    account: rows.filter((row) => row.account === account).length,
    network: rows.filter((row) => row.network === network).length,
    both: rows.filter((row) => row.account === account && row.network === network).length,
  }
}

export async function deleteFailures({ db }: Context, where: { before?: string; account?: string }) {
  let query = db.deleteFrom('login_failures')
  if (where.before !== undefined) query = query.where('failed_at', '<', where.before)
  if (where.account !== undefined) query = query.where('account', '=', where.account)
  await query.execute()
}

export async function saveSetup({ db }: Context, change: Partial<Tables['setup']>) {
  const row = { id: 'setup', token_hash: null, expires_at: null, completed_at: null, ...change }
  await db
    .insertInto('setup')
    .values(row)
    .onConflict((on) => on.column('id').doUpdateSet(change))
    .execute()
}

export function readSetup({ db }: Context) {
  return db.selectFrom('setup').selectAll().where('id', '=', 'setup').executeTakeFirst()
}

/** Closes setup for ever; false when somebody else has closed it before. */
export async function closeSetup({ db }: Context, completed_at: string) {
  const { numUpdatedRows } = await db
    .updateTable('setup')
    .set({ completed_at, token_hash: null, expires_at: null })
    .where('id', '=', 'setup')
    .where('completed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1
}
