import { z } from 'zod'
import { fromAnywhere } from '../../accounts/elsewhere.ts'
import { anyone } from '../../accounts/guard.ts'
import { headline } from '../../components/headline.ts'
import { publicComponents } from '../../components/public.ts'
import { openPublicIncidents, publicIncident } from '../../incidents/public.ts'
import { publicMaintenance } from '../../maintenance/public.ts'
import { loadAssets } from '../../platform/assets.ts'
import type { Context } from '../../platform/context.ts'
import { type App, publicCache } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { readSite } from '../../site/store.ts'
import { wordsFor } from '../../site/words/index.ts'

const config = { policy: anyone, kept: {} }
const own = ["'self'"]

/** The one page that others may frame; it may do even less than our other pages. */
const framed = {
  frameguard: false as const,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: own,
      styleSrc: own,
      imgSrc: [...own, 'data:'],
      formAction: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ['*'],
    },
  },
}

/** What other pages put on themselves: the frame with its script, the widget library, and short links. */
export async function routes(app: App) {
  frame(app)
  script(app, '/embed/script.js', 'embed.js')
  script(app, '/se-v2.js', 'se-v2.js')

  const params = z.object({ id: z.string().max(100) })
  app.get('/i/:id', { config: { policy: anyone }, schema: { params } }, async (request, reply) => {
    const page = await pageOf(request.ctx, request.params.id)
    return reply.header('cache-control', publicCache).redirect(page, 307)
  })
}

/** The page behind a short link: an incident's, or that of planned work. */
async function pageOf(ctx: Context, id: string): Promise<string> {
  const incident = await publicIncident(ctx, id).catch((error) => {
    if (error instanceof Refusal && error.code === 'not-found') return null
    throw error
  })
  return incident ? `/incidents/${incident.id}` : `/maintenance/${(await publicMaintenance(ctx, id)).id}`
}

function frame(app: App) {
  const schema = { querystring: z.object({ mobile: z.string().max(10).optional() }) }
  const kept = { ...config, kept: { query: ['mobile'] } }
  app.get('/embed/frame', { config: kept, schema, helmet: framed }, async ({ ctx, query }, reply) => {
    const line = headline(
      await publicComponents(ctx),
      (await openPublicIncidents(ctx)).length,
      wordsFor((await readSite(ctx)).language).headline,
    )
    reply.headers({ 'cross-origin-resource-policy': 'cross-origin', 'cache-control': publicCache })
    return reply.view('/embed/frame', { headline: line, mobile: query.mobile === 'true' })
  })
}

/** A script under an address that stands in other people's pages for years. */
function script(app: App, url: string, name: string) {
  const assets = loadAssets()
  const body = String(assets.at(assets.address(name), '')?.asset.body)
  const cache = 'public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400'
  app.get(url, { config }, async (_request, reply) => {
    reply.headers({ ...fromAnywhere, 'cache-control': cache })
    return reply.type('text/javascript; charset=utf-8').send(body)
  })
}
