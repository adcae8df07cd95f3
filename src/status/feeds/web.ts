import type { FastifyReply } from 'fastify'
import { allowFromAnywhere, fromAnywhere } from '../../accounts/elsewhere.ts'
import { anyone } from '../../accounts/guard.ts'
import type { App } from '../../platform/http.ts'
import { wordsFor } from '../../site/words/index.ts'
import { homeOf } from '../home.ts'
import { maintenanceCalendar } from './calendar.ts'
import { atomFeed, jsonFeed, rssFeed } from './formats.ts'
import { historyFeed } from './history.ts'
import { releasesFeed } from './releases.ts'

const config = { policy: anyone, kept: {} }
/** Readers of feeds and calendars come by every few minutes at most. */
const feedCache = 'public, max-age=60, stale-while-revalidate=300, stale-if-error=86400'

/** What feed readers and calendars subscribe to. `origin` is the one that is set, if any. */
export async function routes(app: App, { origin }: { origin: string | null }) {
  app.get('/history.atom', { config }, async (request, reply) => {
    const feed = await historyFeed(request.ctx, await homeOf(request, origin), '/history.atom')
    return answer(reply, 'application/atom+xml', await atomFeed(feed))
  })

  app.get('/history.rss', { config }, async (request, reply) => {
    const feed = await historyFeed(request.ctx, await homeOf(request, origin), '/history.rss')
    return answer(reply, 'application/rss+xml', await rssFeed(feed))
  })

  allowFromAnywhere(app, '/feed.json')
  app.get('/feed.json', { config }, async (request, reply) => {
    const feed = await historyFeed(request.ctx, await homeOf(request, origin), '/feed.json')
    reply.headers(fromAnywhere)
    return answer(reply, 'application/feed+json', JSON.stringify(jsonFeed(feed)))
  })

  app.get('/releases.atom', { config }, async (request, reply) => {
    const home = await homeOf(request, origin)
    const t = wordsFor(home.site.language)
    const feed = await releasesFeed(request.ctx, home, '/releases.atom', t)
    return answer(reply, 'application/atom+xml', await atomFeed(feed))
  })

  app.get('/maintenance.ics', { config }, async (request, reply) => {
    const home = await homeOf(request, origin)
    const t = wordsFor(home.site.language)
    return answer(reply, 'text/calendar', await maintenanceCalendar(request.ctx, home, t))
  })
}

function answer(reply: FastifyReply, type: string, text: string) {
  return reply.header('cache-control', feedCache).type(`${type}; charset=utf-8`).send(text)
}
