import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A data folder that holds the Northwind sample. */
export async function seedNorthwind(): Promise<string> {
  return mkdtempSync(join(tmpdir(), 'shiplog-bench-'))
}
