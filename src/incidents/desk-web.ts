import type { FastifyReply } from 'fastify'
import { operator } from '../accounts/guard.ts'
import { versionName } from '../components/live.ts'
import { attempt } from '../platform/attempt.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import type { Above } from './above.ts'
import { sayAgain } from './again.ts'
import { placeOf } from './declaring.ts'
import { afterRefusal, openedBy, publishedWords } from './desk.ts'
import { saveDraft } from './drafts.ts'
import { typedSchedule } from './drafts-typed.ts'
import { NewUpdate } from './model.ts'
import { type Incident, incidentById, releasesNamed } from './store.ts'
import { showIncident, statusesBefore, told } from './telling.ts'
import { refuseOpenSlots, typedWith } from './templates-filling.ts'
import { longestForm, type Typed, typedFields } from './typed.ts'
import { undo, undoable } from './undo.ts'
import { wholeIncident } from './whole.ts'

type One = { Params: { id: string } }
const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') }, bodyLimit: longestForm }

/** What helps on an incident's page: say it again, undo, begin with a template, keep a draft, see who else is there. */
export function deskRoutes(app: App, above: Above) {
  quickRoutes(app, above)
  formRoutes(app, above)
  app.get<One>(`${list}/:id/presence`, { config: { policy: operator('viewer') } }, async (request, reply) => {
    const { id } = await incidentById(request.ctx, request.params.id)
    return reply.view('/incidents/presence', { title: 'Who is here', ...(await openedBy(request.ctx, id)) })
  })
}

function quickRoutes(app: App, above: Above) {
  const quick = (
    path: string,
    verb: (ctx: Context, incident: Incident, typed: Typed) => Promise<{ words: string; address?: string }>,
  ) =>
    app.post<One>(`${list}/:id/${path}`, editor, async (request, reply) => {
      const incident = await incidentById(request.ctx, request.params.id)
      const typed = typedFields(request.body)
      const made = await attempt(() => verb(request.ctx, incident, typed))
      if (made.ok) {
        reply.flash(made.data.words)
        return reply.redirect(made.data.address ?? `${list}/${incident.id}`, 303)
      }
      const now = await incidentById(request.ctx, incident.id)
      const kept = { typed: {}, errors: made.errors, overtaken: false }
      return showIncident(request, reply.code(made.status), now, above, kept)
    })

  quick('again', async (ctx, incident, { version }) => {
    const { id } = incident
    const seen = version === undefined ? undefined : Number(version) || 0
    await undoable(ctx, { what: 'update', incident_id: id }, (ctx) => sayAgain(ctx, id, seen))
    return { words: publishedWords(incident) }
  })
  quick('undo', async (ctx, { id }) => wordsOfUndo(await undo(ctx, id)))
}

/** What was said is offered again, to be mended: an undo loses no word. */
function wordsOfUndo({ what, incident, said }: Awaited<ReturnType<typeof undo>>) {
  const words = 'Taken back: all stands as it did before.'
  const offered = `${words} What you wrote is in the form, unpublished.`
  if (what === 'declaration') {
    return { words: offered, address: `${list}/new?taken_back=${incident.id}` }
  }
  if (what !== 'update' || !said) return { words }
  return { words: offered, address: `${list}/${incident.id}?taken_back=${said}#form` }
}

function formRoutes(app: App, above: Above) {
  app.post<One>(`${list}/:id/updates/draft`, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const given = typedFields(request.body)
    const typed = given.template ? await filledUpdate(ctx, incident, given) : given
    return showIncident(request, reply, incident, above, { typed, errors: {}, overtaken: false })
  })

  app.post<One>(`${list}/:id/drafts`, editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const made = await attempt(() => keptUpdate(ctx, incident, typed))
    if (made.ok) return saved(reply, `${list}/${incident.id}?draft=${made.data.id}#form`, made.data)
    const { typed: again, newer } = await afterRefusal(ctx, typed, made.current)
    const kept = { typed: again, errors: made.errors, overtaken: false, newer }
    return showIncident(request, reply.code(made.status), incident, above, kept)
  })
}

/** The words after a draft was kept, and where it stands. */
export function saved(reply: FastifyReply, address: string, draft: { publish_at: string | null }) {
  reply.flash(draft.publish_at ? 'It will be published by itself then.' : 'Your draft is saved.')
  return reply.redirect(address, 303)
}

async function keptUpdate(ctx: Context, incident: Incident, typed: Typed) {
  const place = await placeOf(ctx)
  const publish_at = typed.schedule ? typedSchedule(typed, place) : null
  if (publish_at) {
    refuseOpenSlots(typed)
    NewUpdate.parse(told(typed, await statusesBefore(ctx, incident), { ...place, now: publish_at }))
  }
  return saveDraft(ctx, { incident_id: incident.id, fields: typed, publish_at, version: draftVersion(typed) })
}

/** The version of the draft that stands in the form, if one does. */
export function draftVersion({ draft, draft_version }: Typed): number | undefined {
  return draft ? Number(draft_version) || 0 : undefined
}

async function filledUpdate(ctx: Context, incident: Incident, typed: Typed): Promise<Typed> {
  const { components, cause_release_id } = await wholeIncident(ctx, incident)
  const [release] = await releasesNamed(ctx, [cause_release_id])
  const values = {
    component: components.map(({ name }) => name).join(', '),
    version: (release && versionName(release)) ?? '',
    title: incident.title,
    next_update: typed.next_update_clock ?? '',
  }
  const { title: _, ...filled } = await typedWith(ctx, typed, { state: incident.state, values })
  return filled
}
