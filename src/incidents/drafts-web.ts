import { operator } from '../accounts/guard.ts'
import { attempt } from '../platform/attempt.ts'
import type { Context } from '../platform/context.ts'
import type { App } from '../platform/http.ts'
import type { Above } from './above.ts'
import { declared, placeOf, showForm } from './declaring.ts'
import { afterRefusal } from './desk.ts'
import { draftVersion, saved } from './desk-web.ts'
import { discardDraft, saveDraft } from './drafts.ts'
import { draftById } from './drafts-store.ts'
import { typedSchedule } from './drafts-typed.ts'
import { ToldIncident } from './retrospective.ts'
import { refuseOpenSlots } from './templates-filling.ts'
import { longestForm, type Typed, typedFields } from './typed.ts'

const list = '/admin/incidents'
const editor = { config: { policy: operator('editor') }, bodyLimit: longestForm }

/** Drafts of incidents that are yet to be declared, and dropping a draft of any kind. */
export function draftRoutes(app: App, above: Above) {
  app.post(`${list}/drafts`, editor, async (request, reply) => {
    const { ctx } = request
    const typed = typedFields(request.body)
    const made = await attempt(() => keptIncident(ctx, typed))
    if (made.ok) return saved(reply, `${list}/new?draft=${made.data.id}`, made.data)
    const { typed: again, newer } = await afterRefusal(ctx, typed, made.current)
    const kept = { typed: again, errors: made.errors, preview: null, newer }
    return showForm(request, reply.code(made.status), above, kept)
  })

  app.post<{ Params: { draft: string } }>(`${list}/drafts/:draft/discard`, editor, async (request, reply) => {
    const { incident_id } = await draftById(request.ctx, request.params.draft)
    const done = await discardDraft(request.ctx, request.params.draft)
    const stopped = 'Stopped: it will not be published by itself. Whoever wrote it still has it.'
    reply.flash(done === 'stopped' ? stopped : 'The draft is discarded.')
    return reply.redirect(incident_id ? `${list}/${incident_id}` : list, 303)
  })
}

async function keptIncident(ctx: Context, typed: Typed) {
  const place = await placeOf(ctx)
  const publish_at = typed.schedule ? typedSchedule(typed, place) : null
  if (publish_at) {
    refuseOpenSlots(typed)
    ToldIncident.parse(declared(typed, { ...place, now: publish_at }))
  }
  return saveDraft(ctx, { incident_id: null, fields: typed, publish_at, version: draftVersion(typed) })
}
