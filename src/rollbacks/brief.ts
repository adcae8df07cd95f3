import { versionName } from '../components/live.ts'
import type { Context } from '../platform/context.ts'
import { duration, seconds } from '../platform/zone.ts'
import { type Release, releaseById } from '../releases/store.ts'
import { usualReleaseSeconds, usualSeconds } from '../releases/usual.ts'
import type { SchemaChange } from './model.ts'
import { targetFor, type WayBack } from './targets.ts'

const database: Record<SchemaChange, string> = {
  none: 'not changed',
  expand: 'only added to: the old version can run on it',
  backfill: 'data were filled in: the old version can run on it',
  contract: 'changed so that the old version cannot run on it',
  irreversible: 'changed for good: the old version cannot run on it',
}

/**
 * Whether a release can be rolled back, in a few lines, for whoever declares an incident: to what, whether the database
 * allows it, how long it takes. Null where there is no such release or nothing to go back from.
 */
export async function wayBackBrief(ctx: Context, release_id: string) {
  const release = await releaseById(ctx, release_id).catch(() => null)
  if (!release || release.kind === 'rollback' || release.undone_by_release_id !== null) return null
  const { component_id, environment_id } = release
  const lane = { component_id, environment_id }
  const way = await targetFor(ctx, { ...lane, from_release_id: release_id })
  const taken = await usualSeconds(ctx, lane)
  const forward = await usualReleaseSeconds(ctx, lane)
  const usual = taken === null ? null : `${seconds(taken)} (median of the last rollbacks)`
  const took = forward === null ? '' : `; a release takes ${seconds(forward)}`
  const change = way.readiness?.fields.schema_change.value ?? null
  return {
    safe: way.safe,
    to: way.target && versionName(way.target),
    was: way.target ? wasLive(way) : null,
    database: change === null ? null : database[change],
    takes: usual && usual + took,
    reasons: way.reasons.map(({ words }) => words),
    warnings: way.warnings.map(({ words }) => words),
  }
}

/** How long everybody had the version to go back to, until the one after it. */
function wasLive({ target, from }: WayBack): string | null {
  const since = (release: Release | null) => release?.live_at ?? null
  const [began, ended] = [since(target), since(from)]
  return began && ended && began < ended ? `was live for ${duration(began, ended)}` : null
}
