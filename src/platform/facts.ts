import type { Context } from './context.ts'
import type { Database } from './database.ts'
import { isSqlite } from './locks.ts'
import { Refusal } from './refusal.ts'
import { keyId } from './seal.ts'

/** What all who use a store have agreed on; null when nobody has said it yet. */
async function storeFact(db: Database, name: 'secret' | 'unfinished'): Promise<string | null> {
  const row = await db.selectFrom('store_facts').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value ?? null
}

/** Says something that all who use a store agree on from then on; null takes it back. */
export async function sayFact(db: Database, name: 'secret' | 'unfinished', value: string | null) {
  if (value === null) await db.deleteFrom('store_facts').where('name', '=', name).execute()
  else {
    await db
      .insertInto('store_facts')
      .values({ name, value })
      .onConflict((on) => on.column('name').doUpdateSet({ value }))
      .execute()
  }
}

/** What is said of a store that is being filled since a moment. */
export function unfinishedWords(since: Date): string {
  return `This database holds only part of a copy that was begun at ${since.toISOString()} and not finished. Use the one it was copied from, or copy it again: shiplog move --to … --force`
}

/** A store that a move has not finished filling is refused: half an instance would be taken for the whole. */
export async function refuseUnfinished(db: Database) {
  const why = await storeFact(db, 'unfinished')
  if (why !== null) throw new Refusal('unavailable', why)
}

/**
 * Holds this process to the secret that the store is used with: the first says which, and on PostgreSQL another one is
 * refused, since nodes that disagree could not read each other's forms, sign-ins and sealed secrets. On a SQLite file,
 * where nobody else can be meant, it is told of, and holds from then on when `adopt` says so.
 */
export async function agreeOnSecret(
  { db, secret, log }: Pick<Context, 'db' | 'secret' | 'log'>,
  { adopt = false } = {},
) {
  const mine = keyId(secret)
  await db
    .insertInto('store_facts')
    .values({ name: 'secret', value: mine })
    .onConflict((on) => on.column('name').doNothing())
    .execute()
  const agreed = await storeFact(db, 'secret')
  if (agreed === mine) return
  if (!isSqlite(db)) throw new Refusal('unavailable', otherSecret(agreed, mine))
  log.warn(
    { agreed, mine },
    'SHIPLOG_SECRET is another than before: secrets that were sealed under the old one have to be entered anew',
  )
  if (adopt) await sayFact(db, 'secret', mine)
}

function otherSecret(agreed: string | null, mine: string) {
  return [
    `This node’s SHIPLOG_SECRET (key ${mine}) is not the one that this database is used with (key ${agreed}).`,
    'Give all nodes the same: set SHIPLOG_SECRET, or copy the file “secret” of the first node’s data folder.',
    'Where that one is lost for good, run “shiplog secret adopt” with the new one; secrets of sources and receivers then have to be entered anew.',
  ].join('\n')
}
