import { may, operator } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import { places } from './go-to.ts'
import { deskNow } from './now.ts'

/** Work that is planned, as a slice that knows of it tells it; the next first. */
export type Planned = {
  id: string
  title: string
  href: string
  starts_at: string
  ends_at: string
  words: string
}

/** Where operators land: what is going on, and what wants something of them. */
export async function routes(app: App, { plannedFor }: { plannedFor: (ctx: Context) => Promise<Planned[]> }) {
  const config = { policy: operator('viewer') }
  app.get('/admin', { config }, async (request, reply) => {
    const { ctx } = request
    return reply.view('/desk/now', {
      title: 'Now',
      may_edit: may(request, 'editor'),
      ...(await deskNow(ctx)),
      planned: await plannedFor(ctx),
    })
  })

  app.get('/admin/keys', { config }, async (_request, reply) =>
    reply.view('/desk/keys', { title: 'Keyboard' }),
  )

  app.get('/admin/go', { config }, async (request, reply) => {
    const may_edit = may(request, 'editor')
    return reply.view('/desk/go', { title: 'Go to', may_edit, ...(await places(request.ctx, may_edit)) })
  })
}
