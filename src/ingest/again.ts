import { record } from '../journal/journal.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { addFacts, matchWaiting } from '../releases/actions.ts'
import type { Translation } from '../sources/adapter.ts'
import type { CanonicalEvent } from '../sources/events.ts'
import { placesOf } from '../sources/rules-store.ts'
import { acknowledge, become, recordAll } from './actions.ts'
import { compare } from './compare.ts'
import { asItCame, keepAnew, readDelivery } from './keeping.ts'
import type { Reading, Verified } from './model.ts'
import { type Delivery, heldDelivery, saidIn, updateDelivery } from './store.ts'
import { takeUnreadOf } from './unread-store.ts'

/**
 * Reads a delivery anew from the bytes it came in: a newer Shiplog may understand more of it, and a component may answer
 * to it by now. Nothing is told twice and nothing that stands is taken back: events that were kept only gain facts they
 * lacked, events are added only when all that was kept is said again, and what now reads otherwise is only told.
 */
export function readAgain(ctx: Context, id: string): Promise<Reading> {
  return inTransaction(ctx, async (ctx) => {
    const known = await heldDelivery(ctx, id)
    const item = await asItCame(ctx, known)
    const said = readDelivery(ctx, item)
    await takeUnreadOf(ctx, id)
    const kept = await saidIn(ctx, id)
    const came =
      kept.length === 0
        ? await readAfresh(ctx, item, known, said)
        : await addWhatIsNew(ctx, known, said, kept)
    const detail = { source_id: item.source.id, source: item.source.name, ...came }
    await record(ctx, { action: 'delivery.read_again', subject: ['delivery', id], detail })
    return { ...(await acknowledge(ctx, await heldDelivery(ctx, id))), ...came }
  })
}

type Came = Pick<Reading, 'reading' | 'added' | 'matched_now'>

/** No event was taken from it so far: it is what it says now. What was made into an incident is not told again. */
async function readAfresh(ctx: Context, item: Verified, known: Delivery, said: Translation): Promise<Came> {
  const nothing = { added: 0, matched_now: 0 }
  if (known.state === 'accepted' && known.reason !== null) {
    return { ...nothing, reading: 'incident' in said ? 'same' : 'otherwise' }
  }
  // whether somebody has said yes to it stands in its reason
  if (known.state === 'ignored' && 'confirm' in said) return { ...nothing, reading: 'same' }
  const kept = await keepAnew(ctx, known, said)
  const became = await become(ctx, item, kept, said)
  if (became) await updateDelivery(ctx, known.id, became)
  const { state, reason } = { ...kept, ...became }
  if (state === 'accepted')
    return { ...nothing, reading: 'more', added: 'events' in said ? said.events.length : 0 }
  return { ...nothing, reading: state === known.state && reason === known.reason ? 'same' : 'otherwise' }
}

type Kept = Awaited<ReturnType<typeof saidIn>>

async function addWhatIsNew(ctx: Context, known: Delivery, said: Translation, kept: Kept): Promise<Came> {
  const { more, fresh, otherwise } = compare(kept, 'events' in said ? said.events : [])
  await addFacts(ctx, more)
  await addEvents(ctx, known, fresh, kept.length)
  const waiting = kept.filter(({ component_id }) => component_id === null).map(({ service }) => service)
  const matched = await matchWaiting(ctx, {
    source_id: known.source_id,
    services: [...new Set(waiting)],
    placeFor: placesOf(ctx, known.source_id),
  })
  const changed = more.length + fresh.length + matched.length > 0
  const reading = changed ? 'more' : otherwise ? 'otherwise' : 'same'
  return { reading, added: fresh.length, matched_now: matched.length }
}

async function addEvents(ctx: Context, known: Delivery, fresh: CanonicalEvent[], first_position: number) {
  if (fresh.length > 0) await recordAll(ctx, known, fresh, first_position)
}
