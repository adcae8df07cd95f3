import { ZodError } from 'zod'
import { reaches } from '../accounts/model.ts'
import { record } from '../journal/journal.ts'
import { type Actor, type Context, inTransaction, nowText } from '../platform/context.ts'
import { errorsOf } from '../platform/forms.ts'
import { Refusal } from '../platform/refusal.ts'
import { declared, placeOf } from './declaring.ts'
import { titleToAll } from './drafts.ts'
import { type Draft, draftById, draftsDue, removeDraft, writeDraft } from './drafts-store.ts'
import { logIncident } from './retrospective.ts'
import { incidentById } from './store.ts'
import { statusesBefore, told } from './telling.ts'
import { refuseOpenSlots } from './templates-filling.ts'
import { undoable } from './undo.ts'
import { postUpdate } from './updates.ts'

/** Publishes a draft as whoever wrote it, exactly once, whatever else runs; answers the incident's id. */
export function publishDraft(ctx: Context, draft: Draft): Promise<string> {
  return inTransaction(ctx, async (ctx) => {
    if (!(await removeDraft(ctx, draft))) throw new Refusal('conflict', 'This draft was changed meanwhile.')
    refuseOpenSlots(draft.fields)
    const place = await placeOf(ctx)
    const { incident_id, fields } = draft
    if (incident_id === null) {
      const given = { what: 'declaration' as const, incident_id }
      return (await undoable(ctx, given, (ctx) => logIncident(ctx, declared(fields, place)))).id
    }
    const before = await statusesBefore(ctx, await incidentById(ctx, incident_id))
    const given = { what: 'update' as const, incident_id }
    await undoable(ctx, given, (ctx) => postUpdate(ctx, incident_id, told(fields, before, place)))
    return incident_id
  })
}

/** What is due for longer than this is no news any more. */
const tooLate = 3_600_000

/**
 * Publishes what is due. What is refused stays a draft, with the reason, and is not tried again by itself. A fault of
 * ours with one draft keeps no other one waiting; that one is tried again the next time.
 */
export async function publishDue(ctx: Context) {
  const faults: unknown[] = []
  for (const draft of await draftsDue(ctx, nowText(ctx))) {
    await publishInTime(ctx, draft).catch(async (error) => {
      const reason = reasonOf(error)
      if (reason === null) faults.push(error)
      else await keepFailed(ctx, draft, reason)
    })
  }
  if (faults.length > 0) throw faults[0]
}

async function publishInTime(ctx: Context, draft: Draft) {
  if (ctx.now().getTime() - Date.parse(draft.publish_at ?? '') > tooLate) {
    const words = 'Its time passed more than an hour ago, while Shiplog was not running. Is it still true?'
    throw new Refusal('conflict', words)
  }
  await publishDraft({ ...ctx, actor: await writerOf(ctx, draft) }, draft)
}

function keepFailed(ctx: Context, draft: Draft, failed_because: string) {
  return inTransaction(ctx, async (ctx) => {
    const change = { publish_at: null, failed_because, updated_at: nowText(ctx) }
    if (!(await writeDraft(ctx, draft, change))) return // another node, or its writer, was there first
    const detail = { title: await titleToAll(ctx, await draftById(ctx, draft.id)), reason: failed_because }
    await record(ctx, { action: 'draft.failed', subject: ['draft', draft.id], detail })
  })
}

function reasonOf(error: unknown): string | null {
  if (error instanceof ZodError) return Object.values(errorsOf(error))[0] ?? 'It could not be read.'
  return error instanceof Refusal ? error.message : null
}

/** Whoever wrote it must still be allowed to publish when the time comes. */
async function writerOf({ db }: Context, { owner, owner_name }: Draft): Promise<Actor> {
  const [kind, id = ''] = owner.split(':')
  const no = new Refusal('forbidden', `${owner_name} may not publish any more.`)
  if (kind === 'cli') return { kind, id: null, name: owner_name }
  if (kind === 'user') {
    const user = await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
    if (!user || user.disabled_at || !reaches(user.role, 'editor')) throw no
    return { kind, id, name: user.name }
  }
  const token = await db.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst()
  if (kind !== 'token' || !token || token.revoked_at) throw no
  return { kind, id, name: token.name }
}
