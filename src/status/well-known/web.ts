import type { FastifyReply } from 'fastify'
import { anyone } from '../../accounts/guard.ts'
import { headline } from '../../components/headline.ts'
import { publicComponents } from '../../components/public.ts'
import { openPublicIncidents } from '../../incidents/public.ts'
import { type App, publicCache } from '../../platform/http.ts'
import { wordsFor } from '../../site/words/index.ts'
import { pagesAmong, publicAddresses } from '../addresses.ts'
import { homeOf } from '../home.ts'
import { llmsTxt, robotsTxt, securityTxt, sitemapXml } from './texts.ts'

const config = { policy: anyone, kept: {} }
/** Of each noun: search engines take 50,000 at once, and the newest are what anybody looks for. */
const most = 5_000

/** What robots and researchers look for first. `origin` is the one that is set, if any. */
export async function routes(app: App, { origin }: { origin: string | null }) {
  app.get('/.well-known/security.txt', { config }, async (request, reply) => {
    return plain(reply, securityTxt(await homeOf(request, origin), request.ctx.now()))
  })

  app.get('/robots.txt', { config }, async (request, reply) => {
    return plain(reply, robotsTxt(await homeOf(request, origin)))
  })

  app.get('/llms.txt', { config }, async (request, reply) => {
    const { ctx } = request
    const home = await homeOf(request, origin)
    const open = await openPublicIncidents(ctx)
    const t = wordsFor(home.site.language)
    const now = headline(await publicComponents(ctx), open.length, t.headline)
    return plain(reply, llmsTxt(home, now, t.programs.llms))
  })

  app.get('/sitemap.xml', { config }, async (request, reply) => {
    const { now, past } = await publicAddresses(request.ctx, most)
    const pages = pagesAmong([...now, ...past])
    reply.type('application/xml; charset=utf-8').header('cache-control', publicCache)
    return reply.send(sitemapXml(pages, await homeOf(request, origin)))
  })
}

function plain(reply: FastifyReply, text: string) {
  return reply.type('text/plain; charset=utf-8').header('cache-control', publicCache).send(text)
}
