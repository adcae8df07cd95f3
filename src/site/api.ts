import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { changeLogo, editSite, removeLogo } from './actions.ts'
import { mostLogoBytes } from './logo.ts'
import { publicPercent, publicReleases, SiteSettings } from './model.ts'
import { readSite } from './store.ts'

const Site = z.object({
  page_id: z.string(),
  name: z.string(),
  time_zone: z.string(),
  language: z.string(),
  domain: z.string().nullable(),
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  accent: z.string().nullable(),
  public_releases: z.enum(publicReleases),
  public_percent: z.enum(publicPercent),
  header: z.string(),
  footer: z.string(),
  logo: z.string().nullable().describe('The address of the logo, on the public page.'),
  version: z.number(),
})

/** Without a version it is written over whatever stands there. */
const Change = SiteSettings.partial().extend({ version: z.int().min(0).optional() })

const config = { policy: token('admin') }
const tags = ['site']
const response = { 200: Site }

/** The page's settings by API. */
export async function routes(app: App) {
  app.get('/api/v1/site', { config, schema: { tags, response } }, (request) => readSite(request.ctx))

  const edit = { tags, body: Change, response }
  app.patch('/api/v1/site', { config, schema: edit }, async (request) => {
    const { name, time_zone, version } = await readSite(request.ctx)
    await editSite(request.ctx, { name, time_zone, version, ...request.body })
    return readSite(request.ctx)
  })
  await app.register(logoRoutes)
}

/** The picture itself is the body; a scope of its own, for no other route reads one. */
async function logoRoutes(app: App) {
  const parsed = { parseAs: 'buffer', bodyLimit: mostLogoBytes } as const
  app.addContentTypeParser(/^image\//, parsed, async (_request: unknown, body: Buffer) => body)

  const put = {
    tags,
    description: 'The body is the picture: PNG, JPEG, WebP or SVG, 64 KiB at most.',
    response,
  }
  app.put('/api/v1/site/logo', { config, schema: put }, async (request) => {
    if (!Buffer.isBuffer(request.body)) {
      throw new Refusal('unsupported', 'Send the picture itself as the body, with its type as Content-Type.')
    }
    await changeLogo(request.ctx, request.body)
    return readSite(request.ctx)
  })

  app.delete('/api/v1/site/logo', { config, schema: { tags } }, async (request, reply) => {
    await removeLogo(request.ctx)
    return reply.code(204).send()
  })
}
