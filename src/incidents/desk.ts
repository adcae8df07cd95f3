import type { FastifyRequest } from 'fastify'
import { may } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { saidAgain } from './again.ts'
import { ownDraft, unnamed } from './drafts.ts'
import { aboutOf, type Draft, draftById, listDrafts } from './drafts-store.ts'
import { ownerOf } from './owner.ts'
import { notePresence, othersAt } from './presence.ts'
import { momentsBefore, notedRevisions } from './revisions.ts'
import { type Incident, titlesOf } from './store.ts'
import { fillOf } from './templates-filling.ts'
import type { Typed } from './typed.ts'
import { undoFor } from './undo.ts'

/** What stands beside an incident for whoever works on it: who else does, drafts, templates, edits, and the undo. */
export async function deskOf(request: FastifyRequest, incident: Incident, typed: Typed) {
  const { ctx } = request
  const revisions = await notedRevisions(ctx, incident.id)
  const shown = revisions.map((revision) => ({ ...revision, moments: momentsBefore(revision) }))
  return {
    ...(await openedBy(ctx, incident.id)),
    ...(await draftsBeside(ctx, incident.id, typed)),
    again: incident.resolved_at ? null : await saidAgain(ctx, incident),
    undo: may(request, 'editor') ? await undoFor(ctx, incident.id) : null,
    fill: await fillOf(ctx, 'update', typed),
    revisions: Map.groupBy(shown, (revision) => revision.update_id ?? ''),
  }
}

/** Notes who looks at an incident's page or form, and tells who else does. */
export async function openedBy(ctx: Context, incident_id: string) {
  const others = await othersAt(ctx, incident_id)
  await notePresence(ctx, incident_id)
  return { others, presence_at: `/admin/incidents/${incident_id}/presence` }
}

/** The drafts of a form: the actor's own to restore, others' by name alone, and the one that stands in it now. */
export async function draftsBeside(ctx: Context, incident_id: string | null, typed: Typed) {
  const all = await listDrafts(ctx, aboutOf(incident_id))
  const owner = ownerOf(ctx)
  const open = all.find((draft) => draft.owner === owner && draft.id === typed.draft) ?? null
  return {
    own_draft: all.find((draft) => draft.owner === owner && draft.id !== typed.draft) ?? null,
    open_draft: open,
    others_drafts: all.filter((draft) => draft.owner !== owner).map(withoutText),
    drafts_at: incident_id ? `/admin/incidents/${incident_id}/drafts` : '/admin/incidents/drafts',
    restore_at: incident_id ? `/admin/incidents/${incident_id}` : '/admin/incidents/new',
  }
}

/** Every draft for the list of incidents; what others typed is not told. */
export async function draftsListed(ctx: Context) {
  const owner = ownerOf(ctx)
  const drafts = await listDrafts(ctx)
  const titles = await titlesOf(
    ctx,
    drafts.flatMap(({ incident_id }) => incident_id ?? []),
  )
  return drafts.map((draft) => {
    const own = draft.owner === owner
    const title = titles.get(draft.incident_id ?? '') ?? ((own && draft.fields.title) || unnamed)
    const page = draft.incident_id ? `/admin/incidents/${draft.incident_id}` : '/admin/incidents/new'
    return { ...withoutText(draft), own, title, page }
  })
}

/** Those that publish themselves, and those that could not: what somebody has to look at. */
export async function draftsToWatch(ctx: Context) {
  return (await draftsListed(ctx)).filter(({ publish_at, failed_because }) => publish_at ?? failed_because)
}

function withoutText({ fields: _, ...draft }: Draft) {
  return draft
}

/** What a form begins with when its address names one of the actor's drafts. */
export async function typedFromDraft(ctx: Context, id: string | undefined): Promise<Typed> {
  if (!id) return {}
  const draft = await ownDraft(ctx, id)
  return { ...draft.fields, draft: draft.id, draft_version: String(draft.version) }
}

/**
 * A form that was refused, made ready to be sent again: what its draft says now was shown, or the draft is gone.
 * `newer` is what the draft says, if that is why.
 */
export async function afterRefusal(ctx: Context, typed: Typed, current: unknown) {
  const newer = (current as { draft?: Draft } | null)?.draft ?? null
  if (!typed.draft) return { typed, newer }
  const { draft, draft_version, ...rest } = typed
  const now = await draftById(ctx, draft).catch(() => null)
  if (!now) return { typed: rest, newer }
  return { typed: newer ? { ...typed, draft_version: String(newer.version) } : typed, newer }
}

/** What is said to whoever just published something of an incident. */
export function publishedWords({ visibility }: Pick<Incident, 'visibility'>): string {
  return visibility === 'private' ? 'Logged. Only operators see it.' : 'Published. Customers see it now.'
}
