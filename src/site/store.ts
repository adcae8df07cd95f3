import { createHash } from 'node:crypto'
import { type Context, nowText } from '../platform/context.ts'
import { endingOf } from './logo.ts'
import type { publicPercent, publicReleases, SiteLink } from './model.ts'

export type Site = {
  page_id: string
  name: string
  time_zone: string
  language: string
  domain: string | null
  links: SiteLink[]
  accent: string | null
  public_releases: (typeof publicReleases)[number]
  public_percent: (typeof publicPercent)[number]
  header: string
  footer: string
  /** Where the logo is served, if there is one; its address is its content's. */
  logo: string | null
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
  public_percent: 'hidden',
  header: '',
  footer: '',
  logo: null,
  version: 0,
}

/** The page's settings. */
export async function readSite({ db }: Pick<Context, 'db'>): Promise<Site> {
  const row = await db
    .selectFrom('site')
    .leftJoin('site_logo', 'site_logo.id', 'site.id')
    .selectAll('site')
    .select(['site_logo.hash', 'site_logo.type'])
    .executeTakeFirst()
  if (!row) return untouched
  const { id, updated_at, links, public_releases, public_percent, hash, type, ...rest } = row
  return {
    ...rest,
    links: JSON.parse(links),
    public_releases: public_releases as Site['public_releases'],
    public_percent: public_percent as Site['public_percent'],
    logo: hash && type ? `/logo/${hash}.${endingOf(type)}` : null,
  }
}

/** Writes the page's settings; false when somebody else did since `version`. Its `page_id` is for ever. */
export async function writeSite(ctx: Context, { page_id, logo, links, ...given }: Site) {
  const { version } = given
  const written = await ctx.db
    .updateTable('site')
    .set({ ...given, links: JSON.stringify(links), version: version + 1, updated_at: nowText(ctx) })
    .where('id', '=', 'site')
    .where('version', '=', version)
    .executeTakeFirst()
  return written.numUpdatedRows === 1n
}

export type Logo = Awaited<ReturnType<typeof readLogo>>

/** The logo itself, if there is one. */
export function readLogo({ db }: Pick<Context, 'db'>) {
  return db.selectFrom('site_logo').select(['type', 'bytes', 'hash']).executeTakeFirst()
}

/** Puts a picture in the place of the logo, and tells the hash by which it is served. */
export async function writeLogo(ctx: Context, { type, bytes }: { type: string; bytes: Buffer }) {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16)
  const row = { type, bytes, hash, updated_at: nowText(ctx) }
  await ctx.db
    .insertInto('site_logo')
    .values({ id: 'site', ...row })
    .onConflict((on) => on.column('id').doUpdateSet(row))
    .execute()
  return hash
}

/** Takes the logo away; false when there is none. */
export async function deleteLogo({ db }: Pick<Context, 'db'>) {
  const deleted = await db.deleteFrom('site_logo').executeTakeFirst()
  return deleted.numDeletedRows > 0n
}
