import type { Kysely } from 'kysely'
import { addTexts, createIndex, createTable } from '../src/platform/schema.ts'

/** What repeats is changed from one time on; each time knows whether it is as the others, and a change can be undone. */
export async function up(db: Kysely<unknown>) {
  await addTexts(db, 'maintenances', { own_at: null })
  await addTexts(db, 'freeze_windows', { occurs_at: null })
  await fill(db as Kysely<Filled>)
  await undos(db, 'maintenance')
  await undos(db, 'freeze')
}

/** How all of it stood before and after, as JSON. The work itself is no key: it may be gone. */
async function undos(db: Kysely<unknown>, noun: 'maintenance' | 'freeze') {
  await createTable(db, `${noun}_undos`, (columns) =>
    columns
      .text('id', { primary: true })
      .text(`${noun}_id`)
      .text('owner')
      .text('what')
      .text('before')
      .text('after')
      .text('at')
      .text('undone_at', { nullable: true }),
  )
  await createIndex(db, `${noun}_undos`, noun === 'freeze' ? 'owner' : 'maintenance_id')
}

type Filled = {
  maintenances: { own_at: string | null; updated_at: string; series_id: string | null; sequence: number }
  freeze_windows: { occurs_at: string | null; starts_at: string; series_id: string | null }
}

/** Until now one was shown by itself once it was changed at all; a freeze that was moved is taken as it stands. */
async function fill(db: Kysely<Filled>) {
  await db
    .updateTable('maintenances')
    .set((row) => ({ own_at: row.ref('updated_at') }))
    .where('series_id', 'is not', null)
    .where('sequence', '>', 0)
    .execute()
  await db
    .updateTable('freeze_windows')
    .set((row) => ({ occurs_at: row.ref('starts_at') }))
    .where('series_id', 'is not', null)
    .execute()
}
