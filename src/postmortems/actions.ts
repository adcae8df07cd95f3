import { incidentAsSeen } from '../incidents/checks.ts'
import { fault } from '../incidents/model.ts'
import type { Incident } from '../incidents/store.ts'
import { type JournalAction, record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { unanswered } from './draft.ts'
import { PostmortemText } from './model.ts'
import { insertPostmortem, type Postmortem, postmortemOf, writePostmortem } from './store.ts'

/** Keeps the text; of one that is published customers read the change at once. The same again changes nothing. */
export function savePostmortem(ctx: Context, incident_id: string, input: PostmortemText) {
  const given = PostmortemText.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, incident_id, undefined)
    const known = await postmortemOf(ctx, incident_id)
    if (given.version !== undefined && given.version !== (known?.version ?? 0)) throw stale(known)
    const said = saidOf(given, known)
    if (said.noticed_at && said.noticed_at > nowText(ctx)) {
      throw fault('noticed_at', 'That lies in the future.')
    }
    if (!known) return begin(ctx, incident, said)
    if (Object.entries(said).every(([field, value]) => known[field as keyof Postmortem] === value)) {
      return known
    }
    return change(ctx, { incident, known, what: said, action: 'postmortem.edited' })
  })
}

function saidOf(given: ReturnType<typeof PostmortemText.parse>, known: Postmortem | undefined) {
  const { how_noticed = known?.how_noticed, noticed_at = known?.noticed_at } = given
  return { body: given.body, how_noticed: how_noticed || null, noticed_at: noticed_at ?? null }
}

async function begin(ctx: Context, incident: Incident, said: ReturnType<typeof saidOf>) {
  const at = nowText(ctx)
  const row = { id: newId(), incident_id: incident.id, ...said, published_at: null }
  if (!(await insertPostmortem(ctx, { ...row, version: 1, created_at: at, updated_at: at }))) {
    throw stale(await postmortemOf(ctx, incident.id))
  }
  await tell(ctx, incident, 'postmortem.drafted')
  return theOne(ctx, incident.id)
}

/** Puts it on the incident's public page. While the incident is open nobody knows yet what there is to learn. */
export function publishPostmortem(ctx: Context, incident_id: string, version?: number): Promise<Postmortem> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, incident_id, undefined)
    const known = await postmortemOf(ctx, incident_id)
    if (!known) throw new Refusal('conflict', 'There is no postmortem to publish yet. Write it first.')
    if (version !== undefined && version !== known.version) throw stale(known)
    if (!incident.resolved_at) {
      const words = 'The incident is still open. Resolve it first, then publish what you learned.'
      throw new Refusal('conflict', words)
    }
    if (known.published_at) return known
    const ask = unanswered(known.body)
    if (ask) throw fault('body', `The draft still asks: “${ask}” Answer it, or take it out.`)
    const what = { published_at: nowText(ctx) }
    return change(ctx, { incident, known, what, action: 'postmortem.published' })
  })
}

/** Saves and publishes at once, or neither. */
export function saveAndPublish(ctx: Context, incident_id: string, input: PostmortemText) {
  return inTransaction(ctx, async (ctx) => {
    await savePostmortem(ctx, incident_id, input)
    return publishPostmortem(ctx, incident_id)
  })
}

/** Takes it off the public page again; the text stays as a draft. */
export function unpublishPostmortem(ctx: Context, incident_id: string): Promise<Postmortem> {
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, incident_id, undefined)
    const known = await theOne(ctx, incident_id)
    if (!known.published_at) return known
    const what = { published_at: null }
    return change(ctx, { incident, known, what, action: 'postmortem.unpublished' })
  })
}

type Change = {
  incident: Incident
  known: Postmortem
  what: Partial<Postmortem>
  action: JournalAction
}

async function change(ctx: Context, { incident, known, what, action }: Change) {
  if (!(await writePostmortem(ctx, known, { ...what, updated_at: nowText(ctx) }))) {
    throw stale(await postmortemOf(ctx, incident.id))
  }
  await tell(ctx, incident, action, action === 'postmortem.edited' ? { before: known.body } : {})
  return theOne(ctx, incident.id)
}

function tell(ctx: Context, { id, title }: Incident, action: JournalAction, more: object = {}) {
  return record(ctx, { action, subject: ['incident', id], detail: { title, ...more } })
}

/** The one that stands; refused where nobody wrote any. */
export async function theOne(ctx: Context, incident_id: string): Promise<Postmortem> {
  const found = await postmortemOf(ctx, incident_id)
  if (!found) throw new Refusal('not-found', 'This incident has no postmortem.')
  return found
}

function stale(current: Postmortem | undefined) {
  const words = 'Somebody else saved this postmortem meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current: current ?? null })
}
