import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { stopCall } from '../outbound/actions.ts'
import { callWhole, shownCall } from '../outbound/look.ts'
import { callStates } from '../outbound/model.ts'
import { pauseCalls, pauseOf, resumeCalls } from '../outbound/pause.ts'
import { callById } from '../outbound/store.ts'
import type { Context } from '../platform/context.ts'
import { type App, listOf } from '../platform/http.ts'
import { once } from '../platform/idempotency.ts'
import { resendCall } from '../rollbacks/resend.ts'
import { callsPage, callsQuery } from './calls.ts'

const CallJson = z.object({
  id: z.string().describe('Sent as webhook-id with every try.'),
  purpose: z.string(),
  subject_kind: z.string(),
  subject_id: z.string(),
  method: z.string(),
  host: z.string(),
  address: z.string().describe('Without what follows the question mark.'),
  signed: z.boolean(),
  schedule: z.enum(['urgent', 'patient']),
  state: z.enum(callStates),
  attempts: z.int(),
  created_at: z.string(),
  next_attempt_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  failed_at: z.string().nullable(),
  failure: z.string().nullable(),
  replays_call_id: z.string().nullable(),
})
const Try = z.object({
  id: z.string(),
  started_at: z.string(),
  ended_at: z.string(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  response: z.string().nullable().describe('The beginning of what was answered.'),
})
const WholeCall = CallJson.extend({
  header_names: z.array(z.string()).describe('The values are never shown.'),
  body: z.string().nullable().describe('As it was sent; null once it is no longer kept.'),
  tries: z.array(Try),
})

const Pause = z.object({
  paused: z.boolean(),
  paused_at: z.string().nullable(),
  paused_by: z.string().nullable(),
  why: z.string().nullable(),
  waiting: z.int().describe('Calls that wait for the end of the pause.'),
})
const notPaused = { paused: false, paused_at: null, paused_by: null, why: null, waiting: 0 }

const read = { policy: token('journal:read') }
const write = { policy: token('releases:write') }
const tags = ['calls']
const params = z.object({ id: z.string().max(100) })

/** The same for machines. Who may ask for a rollback may also send it again, or stop it. */
export async function callRoutes(app: App) {
  const list = { tags, querystring: callsQuery, response: { 200: listOf(CallJson) } }
  app.get('/api/v1/calls', { config: read, schema: list }, (request) => callsPage(request.ctx, request.query))

  const one = { tags, params, response: { 200: WholeCall } }
  app.get('/api/v1/calls/:id', { config: read, schema: one }, (request) =>
    callWhole(request.ctx, request.params.id),
  )

  const replay = {
    tags,
    params,
    description: 'Sends again, as a new call, what a call that is over said.',
    response: { 201: CallJson },
  }
  app.post('/api/v1/calls/:id/replay', { config: write, schema: replay }, (request, reply) =>
    once(request, reply, async (ctx) =>
      shownCall(await callById(ctx, await resendCall(ctx, request.params.id))),
    ),
  )

  const stop = {
    tags,
    params,
    description: 'Tries a call no more. A call that is over stays as it is.',
    body: z.object({ why: z.string().trim().min(1).max(500).optional() }).nullish(),
    response: { 200: CallJson },
  }
  app.post('/api/v1/calls/:id/stop', { config: write, schema: stop }, async (request) => {
    const { ctx, params, body } = request
    await stopCall(ctx, params.id, body?.why ?? `Stopped by ${ctx.actor.name}.`)
    return shownCall(await callById(ctx, params.id))
  })

  await pauseRoutes(app)
}

/** Whether anything is sent at all: a restored store begins with a pause. */
async function pauseRoutes(app: App) {
  const stand = async (ctx: Context) => {
    const pause = await pauseOf(ctx)
    return pause ? { paused: true, ...pause } : notPaused
  }
  const shown = { tags, response: { 200: Pause } }
  app.get('/api/v1/calls/pause', { config: read, schema: shown }, ({ ctx }) => stand(ctx))

  const pause = { ...shown, body: z.object({ why: z.string().trim().min(1).max(500) }) }
  app.put('/api/v1/calls/pause', { config: write, schema: pause }, async ({ ctx, body }) => {
    await pauseCalls(ctx, body.why)
    return stand(ctx)
  })

  const resume = {
    tags,
    description: 'Lets calls go out again; what waited is sent, or dropped.',
    body: z.object({ waiting: z.enum(['send', 'drop']) }),
    response: { 200: z.object({ sent: z.int(), dropped: z.int() }) },
  }
  app.post('/api/v1/calls/resume', { config: write, schema: resume }, ({ ctx, body }) =>
    resumeCalls(ctx, { drop: body.waiting === 'drop' }),
  )
}
