import type { Context } from '../platform/context.ts'
import { badMarkOf } from '../releases/bad.ts'
import { nameOf } from '../releases/reading.ts'
import { remarksOn } from '../releases/remarks.ts'
import { releaseById } from '../releases/store.ts'
import type { Remark } from './model.ts'
import { readinessWarnings } from './readiness-of.ts'

const mostTold = 10

/**
 * What whoever reports these releases is told besides: that it does not fit to what we know, that a version marked bad goes out again, that nobody says why
 * there is no way back, what could not be read. It never refuses anything.
 */
export async function warningsFor(ctx: Context, release_ids: readonly string[]): Promise<Remark[]> {
  const warnings: Remark[] = []
  for (const id of new Set(release_ids)) {
    if (warnings.length >= mostTold) break
    const release = await releaseById(ctx, id)
    warnings.push(...remarksOn(release))
    const mark = await badMarkOf(ctx, release)
    if (mark && mark.id !== id) {
      const words = `${nameOf(release)} is marked bad by ${mark.bad_by}: ${mark.bad_reason}`
      warnings.push({ code: 'marked_bad', words })
    }
    warnings.push(...(await readinessWarnings(ctx, release)))
  }
  return warnings.slice(0, mostTold)
}
