import { addFirstAdmin } from '../accounts/actions.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { mostLogoBytes, pictureIn } from './logo.ts'
import type { Setup, SiteSettings } from './model.ts'
import { deleteLogo, readSite, type Site, writeLogo, writeSite } from './store.ts'

/** Changes what the page is like; what is not given stays. The journal names what is different from before. */
export function editSite(ctx: Context, given: SiteSettings) {
  return inTransaction(ctx, async (ctx) => {
    const current = await readSite(ctx)
    const said = Object.entries(given).filter(([, value]) => value !== undefined)
    const site: Site = { ...current, ...Object.fromEntries(said) }
    if (!(await writeSite(ctx, site))) {
      throw new Refusal('stale', 'Somebody else changed the settings meanwhile.', { current })
    }
    const { name, time_zone } = site
    const detail = { name, time_zone, changed: differing(current, site) }
    await record(ctx, { action: 'site.edited', subject: ['site', 'site'], detail })
  })
}

function differing(before: Site, after: Site) {
  const names = Object.keys(after).filter((name) => name !== 'version') as (keyof Site)[]
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

/** Gives the page a logo, in the place of the one that it has. What it is, its first bytes tell. */
export function changeLogo(ctx: Context, bytes: Buffer) {
  return inTransaction(ctx, async (ctx) => {
    if (bytes.length > mostLogoBytes) throw notALogo('A logo has at most 64 KiB.')
    const picture = pictureIn(bytes)
    if (!picture) throw notALogo('This is no PNG, JPEG, WebP or SVG.')
    const { type } = picture
    const hash = await writeLogo(ctx, { type, bytes })
    const detail = { type, hash, bytes: bytes.length }
    await record(ctx, { action: 'site.logo_changed', subject: ['site', 'site'], detail })
  })
}

/** A no to a picture, beside the field that it came by. */
export function notALogo(words: string) {
  return new Refusal('invalid', words, { errors: { logo: words } })
}

/** Takes the logo away; the page has its mark again. Without one there is nothing to do. */
export function removeLogo(ctx: Context) {
  return inTransaction(ctx, async (ctx) => {
    if (!(await deleteLogo(ctx))) return
    await record(ctx, { action: 'site.logo_removed', subject: ['site', 'site'] })
  })
}

/** The first run: makes the first admin by the one-time link and names the page, both or neither. */
export function setUp(ctx: Context, token: string, { name, time_zone, email, password }: Setup) {
  return inTransaction(ctx, async (ctx) => {
    const admin = await addFirstAdmin(ctx, token, { email, password, name: '' })
    const { version } = await readSite(ctx)
    await editSite({ ...ctx, actor: { kind: 'user', ...admin } }, { name, time_zone, version })
    return admin
  })
}
