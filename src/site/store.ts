import { type Context, nowText } from '../platform/context.ts'

type SiteLink = { label: string; url: string }

/** Which releases customers may see: see `components/visibility.ts`. */
type PublicReleases = 'all' | 'production' | 'eventful' | 'none'

export type Site = {
  page_id: string
  name: string
  time_zone: string
  language: string
  domain: string | null
  links: SiteLink[]
  accent: string | null
  public_releases: PublicReleases
  header: string
  footer: string
  version: number
}

/** What a page that nobody set up is like, and one whose store cannot be reached. */
export const untouched: Site = {
  page_id: '',
  name: 'Status',
  time_zone: 'UTC',
  language: 'en',
  domain: null,
  links: [],
  accent: null,
  public_releases: 'production',
  header: '',
  footer: '',
  version: 0,
}

/** The page's settings. */
export async function readSite({ db }: Pick<Context, 'db'>): Promise<Site> {
  const row = await db.selectFrom('site').selectAll().executeTakeFirst()
  if (!row) return untouched
  const { id, updated_at, links, public_releases, ...rest } = row
  return { ...rest, links: JSON.parse(links), public_releases: public_releases as PublicReleases }
}

/** Writes the page's settings; false when somebody else did since `version`. Its `page_id` is for ever. */
export async function writeSite(
  ctx: Context,
  { page_id, links, ...given }: Omit<Site, 'page_id'> & { page_id?: string },
) {
  const { version } = given
  const written = await ctx.db
    .updateTable('site')
    .set({ ...given, links: JSON.stringify(links), version: version + 1, updated_at: nowText(ctx) })
    .where('id', '=', 'site')
    .where('version', '=', version)
    .executeTakeFirst()
  return written.numUpdatedRows === 1n
}
