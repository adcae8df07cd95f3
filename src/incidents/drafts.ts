import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import {
  aboutOf,
  type Draft,
  draftById,
  draftOf,
  insertDraft,
  removeDraft,
  writeDraft,
} from './drafts-store.ts'
import { fault } from './model.ts'
import { ownerOf } from './owner.ts'
import { incidentById } from './store.ts'
import type { Typed } from './typed.ts'

type Given = {
  incident_id: string | null
  fields: Typed
  /** Null keeps it until somebody publishes it. */
  publish_at?: string | null | undefined
  /** As whoever saves it last saw it; without one nobody is asked. */
  version?: number | undefined
}

/** Keeps what was typed, for the actor alone: one draft for each record. With a time it is published by itself then. */
export function saveDraft(ctx: Context, given: Given): Promise<Draft> {
  return inTransaction(ctx, async (ctx) => {
    const { incident_id, publish_at = null } = given
    const incident = incident_id ? await incidentById(ctx, incident_id) : null
    if (incident?.deleted_at) throw new Refusal('gone', 'This incident was deleted. Restore it first.')
    const now = nowText(ctx)
    if (publish_at !== null && publish_at <= now) throw fault('publish_at', 'That time is over already.')
    // what waits says what stood when it was written: an update in between holds it back
    const fields = keepable(incident ? { version: String(incident.version), ...given.fields } : given.fields)
    const owner = ownerOf(ctx)
    const known = await draftOf(ctx, owner, aboutOf(incident_id))
    if (known && given.version !== undefined && given.version !== known.version) throw newer(known)
    const said = { fields, publish_at, failed_because: null, updated_at: now }
    const id = known?.id ?? newId()
    if (known) {
      if (!(await writeDraft(ctx, known, said))) throw newer(await draftById(ctx, id))
    } else {
      const about = { owner, owner_name: ctx.actor.name, incident_id, about: aboutOf(incident_id) }
      await insertDraft(ctx, { id, ...about, ...said, version: 1, created_at: now })
    }
    const title = incident?.title ?? unnamed
    const timed = publish_at !== null && publish_at !== known?.publish_at
    const action = timed ? 'draft.scheduled' : 'draft.saved'
    // saved again and again while somebody types: the journal hears of it once
    if (timed || !known) await record(ctx, { action, subject: ['draft', id], detail: { title, publish_at } })
    return draftById(ctx, id)
  })
}

/**
 * Drops a draft of one's own. One of somebody else is no draft for anybody but its writer; if it would publish itself,
 * everybody may stop that, for the writer may be asleep: then it waits for them, and not a word of it is lost.
 */
export function discardDraft(ctx: Context, id: string): Promise<'discarded' | 'stopped'> {
  return inTransaction(ctx, async (ctx) => {
    const draft = await draftById(ctx, id)
    // the journal is read by all: what the draft said is not told there
    const detail = { title: await titleToAll(ctx, draft) }
    if (draft.owner === ownerOf(ctx)) {
      if (!(await removeDraft(ctx, draft))) throw newer(await draftById(ctx, id))
      await record(ctx, { action: 'draft.discarded', subject: ['draft', id], detail })
      return 'discarded'
    }
    if (!draft.publish_at) throw new Refusal('not-found', 'There is no such draft of yours.')
    const failed_because = `${ctx.actor.name} stopped it.`
    const change = { publish_at: null, failed_because, updated_at: nowText(ctx) }
    if (!(await writeDraft(ctx, draft, change))) {
      throw new Refusal('conflict', 'This draft was changed meanwhile. Look at it again.')
    }
    await record(ctx, { action: 'draft.stopped', subject: ['draft', id], detail })
    return 'stopped'
  })
}

/** A draft of the actor's own; anybody else's does not exist for them. */
export async function ownDraft(ctx: Context, id: string): Promise<Draft> {
  const draft = await draftById(ctx, id)
  if (draft.owner === ownerOf(ctx)) return draft
  throw new Refusal('not-found', 'There is no such draft of yours.')
}

/**
 * Ends the draft that was just published, if the form came from one. Refused while the draft says something newer
 * than the form (another device saved it), or was published meanwhile: nobody is told twice.
 */
export async function endDraft(
  ctx: Context,
  given: { draft?: string | undefined; draft_version?: string | undefined },
) {
  if (!given.draft) return
  const draft = await draftById(ctx, given.draft).catch(() => null)
  if (!draft || draft.owner !== ownerOf(ctx)) {
    const words =
      'This draft was published or discarded meanwhile. Publish again if it is to be said once more.'
    throw new Refusal('conflict', words)
  }
  if (String(draft.version) !== given.draft_version || !(await removeDraft(ctx, draft))) throw newer(draft)
}

/** What everybody may read of a draft, in the journal too: the incident it is about, and nothing that was typed. */
export async function titleToAll(ctx: Context, { incident_id }: Draft): Promise<string> {
  return incident_id ? (await incidentById(ctx, incident_id)).title : unnamed
}

/** What a draft of no incident yet is called. */
export const unnamed = 'a new incident'

const unkept = /^_|pass|token|secret|^(draft|draft_version|template)$/i

/** What a form carries for itself, and what nobody may read later, is not part of what was typed. */
function keepable(fields: Typed): Typed {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !unkept.test(name)))
}

function newer(draft: Draft) {
  const words =
    'This draft was saved elsewhere meanwhile. Nothing of what stands here was saved or published yet.'
  return new Refusal('stale', words, { current: { draft } })
}
