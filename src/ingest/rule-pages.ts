import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import { listComponents } from '../components/store.ts'
import { attemptForm } from '../platform/attempt.ts'
import type { App } from '../platform/http.ts'
import { listEnvironments } from '../releases/environments.ts'
import { NewRule } from '../sources/rules.ts'
import { sourceById } from '../sources/store.ts'
import { mapWaiting } from './inbox.ts'
import { previewRule, type RulePreview } from './rule-preview.ts'
import { replayedWords } from './words.ts'

type One = { Params: { id: string } }
const admin = { config: { policy: operator('admin') } }
const given = z.string().max(300).optional().catch(undefined)
/** What a page that leads here knows already. */
const Prefilled = z.object({ service: given, environment: given })

/** A rule is written, tried on what came before, and added; what waited for it is replayed. */
export function rulePages(app: App) {
  app.get<One>('/admin/sources/:id/rules/new', admin, (request, reply) =>
    show(request, reply, { values: Prefilled.parse(request.query) }),
  )

  app.post<One>('/admin/sources/:id/rules/preview', admin, async (request, reply) => {
    const { ctx, params, body } = request
    const made = await attemptForm(NewRule, body, (said) => previewRule(ctx, params.id, said))
    if (made.ok) return show(request, reply, { values: body, preview: made.data })
    return show(request, reply.code(made.status), { values: body, errors: made.errors })
  })

  app.post<One>('/admin/sources/:id/rules', admin, async (request, reply) => {
    const { ctx, params, body } = request
    const made = await attemptForm(NewRule, body, (said) =>
      mapWaiting(ctx, { source_id: params.id, ...said }),
    )
    if (!made.ok) return show(request, reply.code(made.status), { values: body, errors: made.errors })
    reply.flash(replayedWords(made.data.replayed))
    return reply.redirect(`/admin/sources/${params.id}`, 303)
  })
}

type Shown = { values: unknown; errors?: Record<string, string>; preview?: RulePreview }

async function show(
  request: FastifyRequest<One>,
  reply: FastifyReply,
  { errors = {}, preview, values }: Shown,
) {
  const { ctx, params } = request
  const source = await sourceById(ctx, params.id)
  const components = (await listComponents(ctx)).map(({ slug, name }) => ({ slug, name }))
  const environments = (await listEnvironments(ctx)).map(({ name }) => name)
  const page = {
    title: 'New rule',
    source,
    components,
    environments,
    values,
    errors,
    preview: preview ?? null,
  }
  return reply.view('/sources/rule', page)
}
