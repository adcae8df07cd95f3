import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { may, operator } from '../accounts/guard.ts'
import { stopCall } from '../outbound/actions.ts'
import { resumeCalls } from '../outbound/pause.ts'
import { attempt, attemptForm } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { resendCall } from '../rollbacks/resend.ts'
import { callPage, callRow, callsPage, callsQuery, stateChoices } from './calls.ts'

type One = { Params: { id: string } }
const address = '/admin/calls'
const viewer = { policy: operator('viewer') }
const editor = { policy: operator('editor') }

/** What Shiplog told other people's addresses, and what they answered. */
export async function callRoutes(app: App) {
  app.get(address, { config: viewer, schema: { querystring: callsQuery } }, async (request, reply) => {
    const { state = '', subject_id = '', cursor } = request.query
    const { data, next_cursor } = await callsPage(request.ctx, request.query)
    const kept = new URLSearchParams({ state, subject_id })
    return reply.view('/audit/calls', {
      title: 'Calls',
      calls: data.map(callRow),
      filter: { state, subject_id },
      states: stateChoices,
      newer: cursor ? `${address}?${kept}` : null,
      older: next_cursor ? `${address}?${kept}&cursor=${next_cursor}` : null,
    })
  })

  app.post(`${address}/resumptions`, { config: editor }, async (request, reply) => {
    const { ctx, body } = request
    const made = await attemptForm(resumption, body, ({ what }) =>
      resumeCalls(ctx, { drop: what === 'drop' }),
    )
    reply.flash(made.ok ? resumedWords(made.data) : Object.values(made.errors).join(' '))
    return reply.redirect(address, 303)
  })

  app.get<One>(`${address}/:id`, { config: viewer }, show)

  app.post<One>(`${address}/:id/replays`, { config: editor }, async (request, reply) => {
    const made = await attempt(() => resendCall(request.ctx, request.params.id))
    if (!made.ok) return show(request, reply.code(made.status), made.errors)
    reply.flash('It is sent again. Load this page anew to see what came of it.')
    return reply.redirect(`${address}/${made.data}`, 303)
  })

  app.post<One>(`${address}/:id/stops`, { config: editor }, async (request, reply) => {
    const { name } = request.ctx.actor
    const stopped = await stopCall(request.ctx, request.params.id, `Stopped by ${name}.`)
    reply.flash(stopped ? 'It is tried no more.' : 'It was over already.')
    return reply.redirect(`${address}/${request.params.id}`, 303)
  })
}

const resumption = z.object({ what: z.enum(['send', 'drop'], 'Say whether to send or to drop what waits.') })

function resumedWords({ sent, dropped }: { sent: number; dropped: number }): string {
  const words = dropped > 0 ? `${dropped} dropped` : `${sent} sent`
  return `Calls go out again${sent + dropped > 0 ? `; what waited is ${words}` : ''}.`
}

async function show(request: FastifyRequest<One>, reply: FastifyReply, errors: object = {}) {
  const page = await callPage(request.ctx, request.params.id)
  const may_edit = may(request, 'editor')
  return reply.view('/audit/call', { title: `Call to ${page.call.host}`, ...page, may_edit, errors })
}
