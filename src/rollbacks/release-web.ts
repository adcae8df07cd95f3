import type { FastifyReply, FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import { whoRuns } from '../components/owners.ts'
import { attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { BadMark, clearBad, markBad } from '../releases/bad.ts'
import { releasePage } from '../releases/page.ts'
import { wayBackPanel } from './panel.ts'
import { readinessView } from './readiness-view.ts'

type One = { Params: { id: string } }
const page = '/admin/releases/:id'

/** The page of one release: its story, told by `releases`, with the way back beside it. */
export function releaseRoutes(app: App) {
  const editor = { config: { policy: operator('editor') } }
  app.get<One>(page, { config: { policy: operator('viewer') } }, (request, reply) =>
    showRelease(request, reply, request.params.id),
  )

  app.post<One>(`${page}/bad`, editor, async (request, reply) => {
    const { id } = request.params
    const made = await attemptForm(BadMark, request.body, (said) => markBad(request.ctx, id, said))
    if (!made.ok) {
      const kept = { values: fields(request.body), errors: made.errors }
      return showRelease(request, reply.code(made.status), id, kept)
    }
    reply.flash('Marked bad. Nobody is sent back to this version.')
    return reply.redirect(`/admin/releases/${id}`, 303)
  })

  app.post<One>(`${page}/bad/clear`, editor, async (request, reply) => {
    await clearBad(request.ctx, request.params.id)
    reply.flash('The mark is taken back.')
    return reply.redirect(`/admin/releases/${request.params.id}`, 303)
  })
}

type Kept = { values: Record<string, unknown>; errors: Record<string, string> }

async function showRelease(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  bad_form: Kept = { values: {}, errors: {} },
) {
  const shown = await releasePage(request.ctx, id)
  const readiness = await readinessView(request.ctx, id)
  const way_back = await wayBackPanel(request.ctx, { release_id: id, back: `/admin/releases/${id}` })
  return reply.view('/releases/show', {
    may_edit: may(request, 'editor'),
    ...shown,
    readiness,
    way_back,
    bad_form,
    runs: await whoRuns(request.ctx, [shown.release.component_id]),
    shipped_by: shown.release.actor_name,
  })
}
