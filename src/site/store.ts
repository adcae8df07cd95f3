import { type Context, nowText } from '../platform/context.ts'

export type Site = { name: string; time_zone: string; version: number }

/** The page's name and time zone, with what a page that is not set up yet is called. */
export async function readSite({ db }: Pick<Context, 'db'>): Promise<Site> {
  const site = await db.selectFrom('site').select(['name', 'time_zone', 'version']).executeTakeFirst()
  return site ?? { name: 'Status', time_zone: 'UTC', version: 0 }
}

/** Writes the page's settings; false when somebody else did since `version`. */
export async function writeSite(ctx: Context, { name, time_zone, version }: Site) {
  const row = { id: 'site', name, time_zone, version: version + 1, updated_at: nowText(ctx) }
  const written = await ctx.db
    .insertInto('site')
    .values(row)
    .onConflict((on) => on.column('id').doUpdateSet(row).where('site.version', '=', version))
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}
