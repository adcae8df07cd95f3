import { addFirstAdmin } from '../accounts/actions.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Setup, SiteSettings } from './model.ts'
import { readSite, type Site, writeSite } from './store.ts'

/** Changes the page's name and time zone. */
export function editSite(ctx: Context, given: SiteSettings & Partial<Site>) {
  return inTransaction(ctx, async (ctx) => {
    const current = await readSite(ctx)
    if (!(await writeSite(ctx, { ...current, ...given }))) {
      throw new Refusal('stale', 'Somebody else changed the settings meanwhile.', { current })
    }
    const { name, time_zone } = given
    await record(ctx, { action: 'site.edited', subject: ['site', 'site'], detail: { name, time_zone } })
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
