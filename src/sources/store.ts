import type { Insertable, Updateable } from 'kysely'
import { compiledOnce, firstCompiledOnce } from '../platform/compiled.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import type { Settings } from './adapter.ts'

export type Source = Tables['sources']

const byId = firstCompiledOnce((db, id: string) => db.selectFrom('sources').selectAll().where('id', '=', id))

export async function sourceById(ctx: Context, id: string): Promise<Source> {
  const source = await byId(ctx, id)
  if (!source) throw new Refusal('not-found', 'There is no such source.')
  return source
}

/** What an operator has said of a source for its kind. */
export function settingsOf({ settings }: Pick<Source, 'settings'>): Settings {
  return JSON.parse(settings)
}

/** In the order of their making, Shiplog's own two first. */
export function listSources({ db }: Context): Promise<Source[]> {
  return db.selectFrom('sources').selectAll().orderBy('created_at').orderBy('id').execute()
}

const bySecretHash = firstCompiledOnce((db, hash: string, now: string) =>
  validSecrets(db, now)
    .innerJoin('sources', 'sources.id', 'source_secrets.source_id')
    .where('source_secrets.secret_hash', '=', hash)
    .where('sources.disabled_at', 'is', null)
    .selectAll('sources'),
)

/** The sources a bearer secret with this hash speaks for: one, if any. */
export function sourceBySecretHash(ctx: Context, hash: string): Promise<Source | undefined> {
  return bySecretHash(ctx, hash, nowText(ctx))
}

const bySource = compiledOnce((db, source_id: string, now: string) =>
  validSecrets(db, now)
    .selectAll('source_secrets')
    .where('source_secrets.source_id', '=', source_id)
    .orderBy('source_secrets.id', 'desc'),
)

/** The secrets that are valid now, newest first: one, or two while a rotation overlaps. */
export function secretsOf(ctx: Context, source_id: string) {
  return bySource(ctx, source_id, nowText(ctx))
}

function validSecrets(db: Context['db'], now: string) {
  return db
    .selectFrom('source_secrets')
    .where((or) =>
      or.or([or('source_secrets.expires_at', 'is', null), or('source_secrets.expires_at', '>', now)]),
    )
}

export async function insertSource({ db }: Context, row: Insertable<Source>) {
  await db.insertInto('sources').values(row).execute()
}

export async function updateSource({ db }: Context, id: string, change: Updateable<Source>) {
  await db.updateTable('sources').set(change).where('id', '=', id).execute()
}

export async function insertSecret({ db }: Context, row: Insertable<Tables['source_secrets']>) {
  await db.insertInto('source_secrets').values(row).execute()
}

/** Ends the secrets that have no end yet, and leaves sooner ends as they are. */
export async function expireSecrets({ db }: Context, source_id: string, expires_at: string) {
  await db
    .updateTable('source_secrets')
    .set({ expires_at })
    .where('source_id', '=', source_id)
    .where((or) => or.or([or('expires_at', 'is', null), or('expires_at', '>', expires_at)]))
    .execute()
}
