import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { editSite } from './actions.ts'
import { SiteSettings } from './model.ts'
import { readSite } from './store.ts'

const Site = z.object({ name: z.string(), time_zone: z.string(), version: z.number() })

/** Without a version it is written over whatever stands there. */
const Change = SiteSettings.partial().extend({ version: z.int().min(0).optional() })

/** The page's settings by API. */
export async function routes(app: App) {
  const config = { policy: token('admin') }
  const read = { tags: ['site'], response: { 200: Site } }
  app.get('/api/v1/site', { config, schema: read }, (request) => readSite(request.ctx))

  const edit = { tags: ['site'], body: Change, response: { 200: Site } }
  app.patch('/api/v1/site', { config, schema: edit }, async (request) => {
    const { name, time_zone, version } = await readSite(request.ctx)
    await editSite(request.ctx, { name, time_zone, version, ...request.body })
    return readSite(request.ctx)
  })
}
