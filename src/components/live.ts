import { z } from 'zod'
import type { Context } from '../platform/context.ts'
import { showsPlainReleases } from './visibility.ts'

/** A release is called by its version; one without, by its short commit. Here, because every slice that names one is above. */
export function versionName({ version, commit }: { version: string | null; commit: string | null }) {
  return version ?? commit?.slice(0, 7) ?? null
}

/** What runs now in one environment of tier production. */
export const LiveVersion = z.object({
  environment: z.string(),
  release_id: z.string(),
  version: z.string().nullable(),
  live_at: z.string(),
})

export type Live = Awaited<ReturnType<typeof liveVersions>>[number]

/** In each production environment, the newest release that everybody got and that did not undo itself. */
export function liveVersions({ db }: Context) {
  return db
    .selectFrom('components')
    .innerJoin('environments', (join) => join.on('environments.tier', '=', 'production'))
    .innerJoin('releases', (join) =>
      join.on('releases.id', '=', (release) =>
        release
          .selectFrom('releases as newest')
          .select('newest.id')
          .whereRef('newest.component_id', '=', 'components.id')
          .whereRef('newest.environment_id', '=', 'environments.id')
          .where('newest.live_at', 'is not', null)
          .where('newest.kind', 'in', ['deploy', 'rollback', 'redeploy'])
          .where((one) =>
            one.or([one('newest.undone_at', 'is', null), one('newest.undone_by_release_id', 'is not', null)]),
          )
          .orderBy('newest.live_at', 'desc')
          .orderBy('newest.id', 'desc')
          .limit(1),
      ),
    )
    .select(['components.id as component_id', 'environments.name as environment'])
    .select(['releases.id as release_id', 'releases.version', 'releases.commit', 'releases.live_at'])
    .orderBy('environments.position')
    .execute()
}

/** The same for customers; none where they may not read of every release. */
export async function publicLiveVersions(ctx: Context): Promise<Live[]> {
  return (await showsPlainReleases(ctx.db)) ? liveVersions(ctx) : []
}

/** What runs, as every projection of a component shows it. */
export function liveJson(live: Live): z.output<typeof LiveVersion> {
  const { environment, release_id, live_at } = live
  return { environment, release_id, version: versionName(live), live_at: live_at ?? '' }
}
