import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { may, operator } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import { attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import { type App, listQuery } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import { releaseKinds } from '../sources/events.ts'
import { correctKind } from './actions.ts'
import { recordByHand } from './by-hand.ts'
import { changeTier, listEnvironments } from './environments.ts'
import { exposureRoutes } from './exposure-web.ts'
import { filled, handForm } from './form.ts'
import { releaseList } from './list.ts'
import { tiers } from './model.ts'
import { kindWords } from './words.ts'

type One = { Params: { id: string } }
const list = '/admin/releases'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }
const admin = { config: { policy: operator('admin') } }

/** The operators' pages for releases. */
export async function routes(app: App) {
  listRoute(app)
  formRoutes(app)
  releaseRoutes(app)
  exposureRoutes(app)
  environmentRoutes(app)
}

const word = z.string().max(200).optional()
const query = listQuery.extend({ component: word, environment: word, state: word })

function listRoute(app: App) {
  app.get(list, { ...viewer, schema: { querystring: query } }, async (request, reply) => {
    return reply.view('/releases/index', {
      title: 'Releases',
      ...(await releaseList(request.ctx, request.query, list)),
      components: await listComponents(request.ctx),
      environments: await listEnvironments(request.ctx),
      may_edit: may(request, 'editor'),
      may_admin: may(request, 'admin'),
    })
  })
}

function formRoutes(app: App) {
  app.get<{ Querystring: Record<string, string> }>(`${list}/new`, editor, (request, reply) => {
    const { component, kind } = request.query
    return showForm(request, reply, { values: { component, kind, environment: 'production' }, errors: {} })
  })

  app.post(list, editor, async (request, reply) => {
    const { time_zone } = await readSite(request.ctx)
    const made = await attemptForm(handForm(time_zone), filled(fields(request.body)), (said) =>
      recordByHand(request.ctx, said),
    )
    if (!made.ok) {
      return showForm(request, reply.code(made.status), { values: fields(request.body), errors: made.errors })
    }
    reply.flash('The release is in the log.')
    return reply.redirect(`${list}/${made.data.id}`, 303)
  })
}

async function showForm(
  request: FastifyRequest,
  reply: FastifyReply,
  given: { values: Record<string, unknown>; errors: Record<string, string> },
) {
  return reply.view('/releases/new', {
    title: 'Record a release',
    components: await listComponents(request.ctx),
    environments: await listEnvironments(request.ctx),
    ...given,
  })
}

const Correction = z.object({ kind: z.enum(['', ...releaseKinds]) })

function releaseRoutes(app: App) {
  app.post<One>(`${list}/:id/kind`, editor, async (request, reply) => {
    const { kind } = Correction.parse(request.body)
    const release = await correctKind(request.ctx, request.params.id, kind === '' ? null : kind)
    const { [release.kind as 'deploy']: words } = kindWords
    reply.flash(
      kind === '' ? `The correction is taken back; it counts as a ${words.toLowerCase()}.` : 'Corrected.',
    )
    return reply.redirect(`${list}/${release.id}`, 303)
  })
}

const Tier = z.object({ tier: z.enum(tiers) })

function environmentRoutes(app: App) {
  app.get('/admin/environments', admin, async (request, reply) => {
    const environments = await listEnvironments(request.ctx)
    return reply.view('/releases/environments', { title: 'Environments', environments, tiers })
  })

  app.post<{ Params: { name: string } }>('/admin/environments/:name/tier', admin, async (request, reply) => {
    const { name, tier } = await changeTier(request.ctx, request.params.name, Tier.parse(request.body).tier)
    reply.flash(tier === 'production' ? `Customers see releases to ${name} now.` : 'Saved.')
    return reply.redirect('/admin/environments', 303)
  })
}
