import { z } from 'zod'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { type App, listOf, listQuery, originFor, pageAfter } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { changeRole, disableUser, enableUser, endSessionsOf, resetSecondStepOf } from './actions.ts'
import { token } from './guard.ts'
import { invite, stateOf, takeBackInvitation } from './invitations.ts'
import { NewInvitation, role, roles } from './model.ts'
import { listInvitations, listPeople } from './people-store.ts'
import { sessionsOf } from './store.ts'

const Person = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  disabled_at: z.string().nullable(),
  created_at: z.string(),
  second_step_at: z.string().nullable().describe('Since when signing in takes a code too.'),
  seen_at: z.string().nullable(),
})
const Session = z.object({
  id: z.string(),
  created_at: z.string(),
  seen_at: z.string(),
  network: z.string(),
  agent: z.string(),
})
const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: z.enum(roles),
  created_at: z.string(),
  expires_at: z.string(),
  state: z.enum(['open', 'accepted', 'withdrawn', 'expired']),
})
const MadeInvitation = Invitation.extend({
  link: z.string().describe('Shown this once; pass it on to who is invited.'),
})
const change = z
  .object({ role: role.optional(), disabled: z.boolean().optional() })
  .refine((said) => Object.keys(said).length > 0, 'Say a role, or whether they are disabled.')

const config = { policy: token('admin') }
const params = z.object({ id: z.string().max(100) })

/** People and invitations by API, for a token that may do everything. */
export async function peopleApi(app: App, { origin }: { origin: string | null }) {
  userRoutes(app)
  invitationRoutes(app, origin)
}

function userRoutes(app: App) {
  const tags = ['people']
  const list = { tags, querystring: listQuery, response: { 200: listOf(Person) } }
  app.get('/api/v1/users', { config, schema: list }, async ({ ctx, query }) => {
    const { data, next_cursor } = pageAfter(await listPeople(ctx), query)
    return { data: data.map(shown), next_cursor }
  })

  const one = { tags, params, response: { 200: Person } }
  app.get('/api/v1/users/:id', { config, schema: one }, ({ ctx, params }) => personById(ctx, params.id))

  const edit = { tags, params, body: change, response: { 200: Person } }
  app.patch('/api/v1/users/:id', { config, schema: edit }, ({ ctx, params: { id }, body }) =>
    inTransaction(ctx, async (ctx) => {
      const { disabled_at } = await personById(ctx, id)
      if (body.role) await changeRole(ctx, id, body.role)
      if (body.disabled === true && !disabled_at) await disableUser(ctx, id)
      if (body.disabled === false && disabled_at) await enableUser(ctx, id)
      return personById(ctx, id)
    }),
  )

  const sessions = { tags, params, response: { 200: z.object({ data: z.array(Session) }) } }
  app.get('/api/v1/users/:id/sessions', { config, schema: sessions }, async ({ ctx, params }) => {
    const { id } = await personById(ctx, params.id)
    return { data: await sessionsOf(ctx, id) }
  })

  const end = { tags, params, description: 'Signs a person out everywhere.' }
  app.delete('/api/v1/users/:id/sessions', { config, schema: end }, async ({ ctx, params }, reply) => {
    const { id } = await personById(ctx, params.id)
    await endSessionsOf(ctx, id)
    return reply.code(204).send()
  })

  const reset = { tags, params, description: 'Takes the second step at sign-in from somebody who lost it.' }
  app.delete('/api/v1/users/:id/second-step', { config, schema: reset }, async ({ ctx, params }, reply) => {
    const { id } = await personById(ctx, params.id)
    await resetSecondStepOf(ctx, id)
    return reply.code(204).send()
  })
}

function invitationRoutes(app: App, origin: string | null) {
  const tags = ['people']
  const list = { tags, querystring: listQuery, response: { 200: listOf(Invitation) } }
  app.get('/api/v1/invitations', { config, schema: list }, async ({ ctx, query }) => {
    const all = (await listInvitations(ctx)).map((one) => withState(ctx, one))
    return pageAfter(all, query)
  })

  const make = { tags, body: NewInvitation, response: { 201: MadeInvitation } }
  app.post('/api/v1/invitations', { config, schema: make }, async (request, reply) => {
    // not once(): a stored answer would keep the link in plain text
    const { token, ...made } = await invite(request.ctx, request.body)
    const link = `${originFor(request, origin)}/invitation/${token}`
    return reply.code(201).send({ ...withState(request.ctx, made), link })
  })

  const end = { tags, params }
  app.delete('/api/v1/invitations/:id', { config, schema: end }, async ({ ctx, params }, reply) => {
    await takeBackInvitation(ctx, params.id)
    return reply.code(204).send()
  })
}

type Kept = Parameters<typeof stateOf>[0] & { id: string; email: string; role: string; created_at: string }

function withState(ctx: Context, { id, email, role, created_at, ...ends }: Kept) {
  const state = stateOf(ends, nowText(ctx))
  const { expires_at } = ends
  return { id, email, role: role as NewInvitation['role'], created_at, expires_at, state }
}

function shown(person: Awaited<ReturnType<typeof listPeople>>[number]) {
  return { ...person, role: person.role as NewInvitation['role'] }
}

async function personById(ctx: Context, id: string) {
  const person = (await listPeople(ctx)).find((one) => one.id === id)
  if (!person) throw new Refusal('not-found', 'There is no such person.')
  return shown(person)
}
