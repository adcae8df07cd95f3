import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { anyone } from '../accounts/guard.ts'
import { publicSameAs } from '../incidents/public-duplicates.ts'
import { type App, publicCache } from '../platform/http.ts'
import { historyPage } from './history.ts'
import { incidentPage } from './incident.ts'
import { maintenancePage } from './maintenance.ts'
import { componentPage, nowPage, releasesPage } from './pages.ts'
import { releasePage } from './release.ts'
import { rollbacksPage } from './rollbacks.ts'

const config = { policy: anyone, kept: {} }
const filtered = { policy: anyone, kept: { query: ['component', 'cursor'] } }
const ofMonth = { policy: anyone, kept: { query: ['show', 'component'] } }
const params = z.object({ id: z.string().max(100) })
const log = z.object({ component: z.string().max(100).optional(), cursor: z.string().max(100).optional() })
const shown = z.object({ show: z.string().max(100).optional(), component: z.string().max(100).optional() })
const dated = z.object({ month: z.string().max(100) })

/** The pages that customers read: without an account, without JavaScript. */
export async function routes(app: App) {
  app.get('/', { config }, async (request, reply) => {
    const page = await nowPage(request.ctx)
    return show(reply, '/status/now', { title: page.headline.words, ...page })
  })

  app.get('/incidents/:id', { config, schema: { params } }, async (request, reply) => {
    const same = await publicSameAs(request.ctx, request.params.id)
    if (same) return reply.header('cache-control', publicCache).redirect(`/incidents/${same}`, 303)
    const page = await incidentPage(request.ctx, request.params.id)
    return show(reply, '/status/incident', { title: page.incident.title, ...page })
  })

  app.get('/maintenance/:id', { config, schema: { params } }, async (request, reply) => {
    const page = await maintenancePage(request.ctx, request.params.id)
    return show(reply, '/status/maintenance', { title: page.work.title, ...page })
  })

  app.get('/releases', { config: filtered, schema: { querystring: log } }, async (request, reply) => {
    // a form sends an empty field for "all"
    const component = request.query.component || undefined
    const page = await releasesPage(request.ctx, { ...request.query, component })
    return show(reply, '/status/releases', page)
  })

  app.get('/releases/:id', { config, schema: { params } }, async (request, reply) => {
    const page = await releasePage(request.ctx, request.params.id)
    const { component, version } = page.release
    return show(reply, '/status/release', { title: `${component.name} ${version ?? ''}`.trim(), ...page })
  })

  app.get('/components/:id', { config, schema: { params } }, async (request, reply) => {
    const page = await componentPage(request.ctx, request.params.id)
    return show(reply, '/status/component', { title: page.component.name, ...page })
  })

  app.get('/history', { config: ofMonth, schema: { querystring: shown } }, async (request, reply) =>
    history(reply, await historyPage(request.ctx, request.query)),
  )

  app.get(
    '/history/:month',
    { config: ofMonth, schema: { params: dated, querystring: shown } },
    async (request, reply) =>
      history(reply, await historyPage(request.ctx, { ...request.params, ...request.query })),
  )

  app.get('/rollbacks', { config }, async (request, reply) => {
    return show(reply, '/status/rollbacks', await rollbacksPage(request.ctx))
  })
}

function history(reply: FastifyReply, page: Awaited<ReturnType<typeof historyPage>>) {
  return show(reply, '/status/history', page)
}

function show(reply: FastifyReply, view: string, page: object) {
  reply.header('cache-control', publicCache)
  return reply.view(view, page)
}
