import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Database, openDatabase } from '../src/platform/database.ts'
import { migrateToLatest } from '../src/platform/migrate.ts'
import type { Tables } from '../src/platform/tables.ts'
import { harbour, type Size } from './harbour.ts'

/** Ten years of a team that releases 27 times a day: what the public pages have to stay fast with. */
export const big: Size = { years: 10, releases: 100_000, incidents: 10_000, components: 20, seed: 1 }
/** The same team after its first 90 days. */
export const small: Size = { years: 90 / 365, releases: 2_466, incidents: 247, components: 20, seed: 1 }

/** Makes a database in a folder that holds a harbour of this size until now. Rows go straight into the tables. */
export async function seedHarbour(folder: string, size: Size, now = Date.now()) {
  mkdirSync(folder, { recursive: true })
  const db = openDatabase(join(folder, 'shiplog.db'))
  await migrateToLatest(db)
  await fill(db, size, now)
  await db.destroy()
}

const order = [
  'groups',
  'components',
  'releases',
  'incidents',
  'incident_updates',
  'incident_update_components',
  'component_impacts',
] as const satisfies (keyof Tables)[]
/** SQLite takes 32,766 values in one statement; a release has some forty. */
const together = 500

/** Writes the rows of a harbour into a migrated, empty store. */
export async function fill(db: Database, size: Size, now: number) {
  const parts = harbour(size, now)
  await db.transaction().execute(async (db) => {
    await db.updateTable('site').set({ name: 'Harbour', time_zone: 'Europe/Tallinn', version: 1 }).execute()
    for (const table of order) {
      const rows = parts.flatMap((part) => (part[table] ?? []) as Tables[typeof table][])
      for (let from = 0; from < rows.length; from += together) {
        await db
          .insertInto(table)
          .values(rows.slice(from, from + together))
          .execute()
      }
    }
  })
}

if (import.meta.main) {
  const number = { type: 'string' } as const
  const options = { years: number, releases: number, incidents: number, components: number, seed: number }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [folder] = positionals
  if (!folder) throw new Error('Name a folder: npm run seed -- DIR')
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]))
  await seedHarbour(folder, { ...big, ...given })
  console.log(
    `${folder} holds ${given.releases ?? big.releases} releases. SHIPLOG_DATA_DIR=${folder} npm start`,
  )
}
