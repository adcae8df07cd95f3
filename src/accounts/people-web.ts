import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { attempt, attemptForm } from '../platform/attempt.ts'
import { nowText } from '../platform/context.ts'
import { fields } from '../platform/forms.ts'
import { type App, originFor } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { changeRole, disableUser, enableUser, endSessionsOf, resetSecondStepOf } from './actions.ts'
import { type GuardSettings, operator } from './guard.ts'
import { invite, stateOf, takeBackInvitation } from './invitations.ts'
import { NewInvitation, role } from './model.ts'
import { listInvitations, listPeople } from './people-store.ts'
import { sessionsOf } from './store.ts'
import { browserWords, networkWords, roleWords } from './words.ts'

type One = { Params: { id: string } }
const address = '/admin/people'
const admin = { config: { policy: operator('admin') } }

/** Who is here, what they may do, and whom somebody invited. */
export function peopleRoutes(app: App, settings: GuardSettings) {
  app.get(address, admin, (request, reply) => showAll(request, reply))
  app.get<One>(`${address}/:id`, admin, (request, reply) => showOne(request, reply))
  inviting(app, settings)

  app.post<One>(`${address}/:id/role`, admin, async (request, reply) => {
    const { ctx, params } = request
    const done = await attemptForm(z.object({ role }), request.body, (said) =>
      changeRole(ctx, params.id, said.role),
    )
    return settle(request, reply, done, 'The role is changed. They have to sign in again.')
  })
  verb(app, 'disabling', 'They are shut out.', (request) => disableUser(request.ctx, request.params.id))
  verb(app, 'enabling', 'They may sign in again.', (request) => enableUser(request.ctx, request.params.id))
  verb(app, 'sessions/end', 'They are signed out everywhere.', (request) =>
    endSessionsOf(request.ctx, request.params.id),
  )
  verb(app, 'second-step/reset', 'Their password alone lets them in until they set it up again.', (request) =>
    resetSecondStepOf(request.ctx, request.params.id),
  )
}

function verb(
  app: App,
  path: string,
  words: string,
  act: (request: FastifyRequest<One>) => Promise<unknown>,
) {
  app.post<One>(`${address}/:id/${path}`, admin, async (request, reply) =>
    settle(request, reply, await attempt(() => act(request)), words),
  )
}

type Done = { ok: true } | { ok: false; status: number; errors: Record<string, string> }

function settle(request: FastifyRequest<One>, reply: FastifyReply, done: Done, words: string) {
  if (!done.ok) return showOne(request, reply.code(done.status), done.errors)
  reply.flash(words)
  return reply.redirect(`${address}/${request.params.id}`, 303)
}

function inviting(app: App, settings: GuardSettings) {
  app.post(`${address}/invitations`, admin, async (request, reply) => {
    const made = await attemptForm(NewInvitation, request.body, (said) => invite(request.ctx, said))
    if (!made.ok) {
      const kept = { values: fields(request.body), errors: made.errors }
      return showAll(request, reply.code(made.status), kept)
    }
    const { email, token } = made.data
    const link = `${originFor(request, settings.origin)}/invitation/${token}`
    return showAll(request, reply.code(201), { made: { email, link } })
  })

  app.post<One>(`${address}/invitations/:id/withdrawal`, admin, async (request, reply) => {
    const taken = await attempt(() => takeBackInvitation(request.ctx, request.params.id))
    if (!taken.ok) return showAll(request, reply.code(taken.status), { errors: taken.errors })
    reply.flash('The invitation is withdrawn: its link opens nothing any more.')
    return reply.redirect(address, 303)
  })
}

async function showAll(request: FastifyRequest, reply: FastifyReply, more: object = {}) {
  const { ctx } = request
  const invitations = (await listInvitations(ctx)).map((one) => ({
    ...one,
    state: stateOf(one, nowText(ctx)),
  }))
  return reply.view('/accounts/people', {
    title: 'People',
    people: await listPeople(ctx),
    open: invitations.filter(({ state }) => state === 'open'),
    old: invitations.filter(({ state }) => state !== 'open').slice(0, 20),
    roles: roleWords,
    made: null,
    values: {},
    errors: {},
    ...more,
  })
}

async function showOne(request: FastifyRequest<One>, reply: FastifyReply, errors: object = {}) {
  const { ctx, params } = request
  const person = (await listPeople(ctx)).find(({ id }) => id === params.id)
  if (!person) throw new Refusal('not-found', 'There is no such person.')
  const sessions = (await sessionsOf(ctx, person.id)).map((session) => ({
    ...session,
    browser: browserWords(session.agent),
    place: networkWords(session.network),
  }))
  const is_self = person.id === request.viewer?.id
  return reply.view('/accounts/person', {
    title: person.name,
    person,
    sessions,
    is_self,
    roles: roleWords,
    errors,
  })
}
