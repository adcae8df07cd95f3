import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../e2e/intake.ts'

/** An empty folder, and how to remove it with what is in it. */
export function folderFor(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `shiplog-${name}-`))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Waits until something is so; throws when it is not within the milliseconds. */
export async function until(isSo: () => boolean | Promise<boolean>, within = 20_000) {
  const limit = performance.now() + within
  while (!(await isSo())) {
    if (performance.now() > limit) throw new Error(`It never came to be so: ${isSo}`)
    await pause(50)
  }
}
