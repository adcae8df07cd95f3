import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import { attempt, attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { drillWarnings, markDrill } from './drills.ts'
import { changeExposure, Exposure } from './exposure.ts'
import { filled } from './form.ts'
import { exposureOf } from './page-words.ts'
import { nameOf, readRelease } from './reading.ts'
import type { Release } from './store.ts'

type One = { Params: { id: string } }
const page = '/admin/releases/:id'
const editor = { config: { policy: operator('editor') } }

/** How many customers have a release, and whether a rollback was a drill, by the forms of its page. */
export function exposureRoutes(app: App) {
  app.get<One>(`${page}/exposure`, editor, (request, reply) => showForm(request, reply))

  app.post<One>(`${page}/exposure`, editor, async (request, reply) => {
    const { id } = request.params
    const typed = fields(request.body)
    const made = await attemptForm(Exposure, chosen(typed), (said) => changeExposure(request.ctx, id, said))
    if (!made.ok) return showForm(request, reply.code(made.status), { values: typed, errors: made.errors })
    reply.flash(wordsFor(made.data))
    return reply.redirect(`/admin/releases/${id}`, 303)
  })

  app.post<One>(`${page}/drill`, editor, async (request, reply) => {
    const { drill } = z.object({ drill: z.enum(['yes', 'no']) }).parse(request.body)
    const marked = await attempt(() => markDrill(request.ctx, request.params.id, drill === 'yes'))
    const [warning] = marked.ok ? await drillWarnings(request.ctx, marked.data) : []
    const done = drill === 'yes' ? 'It counts as a drill now.' : 'It counts as a rollback in earnest now.'
    reply.flash(marked.ok ? (warning?.words ?? done) : (marked.errors.form ?? 'It cannot be a drill.'))
    return reply.redirect(`/admin/releases/${request.params.id}`, 303)
  })
}

/** The buttons for everybody and nobody stand above whatever is typed in the field. */
function chosen({ all, ...typed }: Record<string, unknown>) {
  return filled(all === undefined ? typed : { ...typed, percent: all })
}

type Kept = { values: Record<string, unknown>; errors: Record<string, string> }

async function showForm(
  request: FastifyRequest<One>,
  reply: FastifyReply,
  kept: Kept = { values: {}, errors: {} },
) {
  const release = await readRelease(request.ctx, request.params.id)
  const title = `Who has ${release.component_slug} ${nameOf(release)}?`
  return reply.view('/releases/exposure', { title, release, exposure: exposureOf(release), ...kept })
}

function wordsFor({ state, percent }: Release) {
  if (state === 'succeeded') return 'Everybody has it now.'
  if (state === 'rolled_back') return 'It is taken back: nobody has it any more.'
  return state === 'dark' ? 'Nobody sees it now.' : `${percent}% of customers have it now.`
}
