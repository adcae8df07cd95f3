import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { notTakenBack, openUntil, toTakeBack } from '../platform/undo.ts'
import { ownerOf } from './owner.ts'
import { type Incident, incidentById } from './store.ts'
import { bringBack, claimUndo, keepUndo, lastUndo, type Standing, standingOf } from './undo-store.ts'

/** What can be taken back, as the journal names it. */
type Undoable = 'declaration' | 'update' | 'deletion' | 'deletion_of_an_update'

type TakenBack = { what: Undoable; incident: Incident; said: string | undefined }

/**
 * Publishes in a way that whoever did it can take back for 20 s: runs the verb, and keeps how the incident stood
 * before and after. `incident_id` is null for one that the verb declares.
 */
export function undoable<T extends { id: string } | undefined>(
  ctx: Context,
  { what, incident_id }: { what: Undoable; incident_id: string | null },
  verb: (ctx: Context) => Promise<T>,
): Promise<T> {
  return inTransaction(ctx, async (ctx) => {
    const before = await standingOf(ctx, incident_id)
    const made = await verb(ctx)
    const id = incident_id ?? made?.id ?? ''
    const after = await standingOf(ctx, id)
    if (!isSame(before, after)) await keepUndo(ctx, { incident_id: id, what, before, after })
    return made
  })
}

/**
 * Takes back what the actor published of an incident in the last 20 s: exactly that, unless somebody went on since.
 * Answers what it was, so that its words can be offered again.
 */
export function undo(ctx: Context, incident_id: string): Promise<TakenBack> {
  return inTransaction(ctx, async (ctx) => {
    const { title } = await incidentById(ctx, incident_id)
    const mine = { owner: ownerOf(ctx), more: ' Post another update.' }
    const last = toTakeBack(ctx, await lastUndo(ctx, incident_id), mine)
    const now = await standingOf(ctx, incident_id)
    const before = JSON.parse(last.before) as Standing
    const untouched = JSON.stringify(now) === last.after
    if (!untouched || !(await claimUndo(ctx, last)) || !(await bringBack(ctx, now, before))) {
      throw notTakenBack(
        'Somebody went on with this incident since, so it cannot be taken back. Post another update.',
      )
    }
    const detail = { title, what: last.what }
    await record(ctx, { action: 'incident.undone', subject: ['incident', incident_id], detail })
    const said = now.updates.find(({ id }) => !before.updates.some((update) => update.id === id))
    return { what: last.what as Undoable, incident: await incidentById(ctx, incident_id), said: said?.id }
  })
}

/** What the actor can still take back of an incident, and until when; null when nothing. */
export async function undoFor(ctx: Context, incident_id: string) {
  const open = openUntil(ctx, await lastUndo(ctx, incident_id), ownerOf(ctx))
  return open && { address: `/admin/incidents/${incident_id}/undo`, ...open }
}

function isSame(before: Standing, after: Standing) {
  return JSON.stringify(before) === JSON.stringify(after)
}
