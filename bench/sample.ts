import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openNorthwind } from '../src/demo/northwind.ts'

/** A data folder that holds the Northwind sample: 9 components, 90 days, some 60 releases, 4 incidents. */
export async function seedNorthwind(): Promise<string> {
  const data_dir = mkdtempSync(join(tmpdir(), 'shiplog-bench-'))
  const db = await openNorthwind({ start: new Date(), seed: 1, secret: randomBytes(32) })
  await sql`pragma query_only = off`.execute(db)
  await sql`vacuum into ${join(data_dir, 'shiplog.db')}`.execute(db)
  await db.destroy()
  return data_dir
}
