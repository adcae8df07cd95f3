import { may, operator } from '../accounts/guard.ts'
import type { Backups } from '../backups/schedule.ts'
import type { App } from '../platform/http.ts'
import { backupTrouble } from './backup.ts'
import { places } from './go-to.ts'
import { deskNow } from './now.ts'
import { plannedNext } from './planned.ts'

/** Where operators land: what is going on, and what wants something of them. */
export async function routes(app: App, { backups }: { backups: Backups | null }) {
  const config = { policy: operator('viewer') }
  app.get('/admin', { config }, async (request, reply) => {
    const { ctx } = request
    return reply.view('/desk/now', {
      title: 'Now',
      may_edit: may(request, 'editor'),
      ...(await deskNow(ctx)),
      planned: await plannedNext(ctx),
      backup: backupTrouble(backups, ctx.now()),
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
