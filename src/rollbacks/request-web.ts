import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import { incidentById } from '../incidents/store.ts'
import { attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import { type App, originFor } from '../platform/http.ts'
import { wayBackPanel } from './panel.ts'
import { NewRollbackRequest } from './request-input.ts'
import { requestById } from './request-store.ts'
import { requestRollback, withdrawRequest } from './requests.ts'

type One = { Params: { id: string } }
type Errors = Record<string, string>
const editor = { config: { policy: operator('editor') } }
/** The page that the form stands on; only the two that have one. */
const Back = z.object({ back: z.string().regex(/^\/admin\/(?:releases|incidents)\/[a-z0-9]{1,40}$/) })
/** A field that came twice is none. */
const typed = z.string().catch('')
const Typed = z.object({ release: typed, incident: typed, reason: typed })

/** The button on the pages of releases and incidents. */
export function requestPages(app: App, { origin }: { origin: string | null }) {
  app.post('/admin/rollback-requests', editor, async (request, reply) => {
    const asked = await attemptForm(NewRollbackRequest, request.body, (said) =>
      requestRollback(request.ctx, said, originFor(request, origin)),
    )
    if (!asked.ok) return showAgain(request, reply.code(asked.status), asked.errors)
    const { request: made_before, made } = asked.data
    reply.flash(`${made ? 'Asked.' : `${made_before.asked_by} has asked already.`} This page follows it.`)
    return reply.redirect(`${backOf(request.body, made_before.from_release_id)}#way-back`, 303)
  })

  app.post<One>('/admin/rollback-requests/:id/withdrawal', editor, async (request, reply) => {
    const { from_release_id } = await withdrawRequest(request.ctx, request.params.id)
    reply.flash('Taken back. If the tool has begun already, stop it there.')
    return reply.redirect(`${backOf(request.body, from_release_id)}#way-back`, 303)
  })

  app.get<One>(
    '/admin/rollback-requests/:id',
    { config: { policy: operator('viewer') } },
    async (request, reply) => {
      const { from_release_id } = await requestById(request.ctx, request.params.id)
      return reply.redirect(`/admin/releases/${from_release_id}#way-back`, 303)
    },
  )
}

/** What could not be asked for stays as it was typed, beside the reason. */
async function showAgain(request: FastifyRequest, reply: FastifyReply, errors: Errors) {
  const { release, incident, reason } = Typed.parse(fields(request.body))
  const back = backOf(request.body, release)
  const cause = incident ? await incidentById(request.ctx, incident) : null
  const panel = await wayBackPanel(request.ctx, { release_id: release, incident: cause, back })
  const way_back = panel && { ...panel, reason, follows: false, alone: true, folded: false }
  const title = way_back ? `Roll ${way_back.component.name} back` : 'Roll back'
  return reply.view('/rollbacks/ask', { title, back, way_back, errors, may_edit: true })
}

function backOf(body: unknown, release_id: string) {
  return Back.safeParse(body).data?.back ?? `/admin/releases/${release_id}`
}
