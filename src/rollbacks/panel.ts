import { componentById } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { seconds } from '../platform/zone.ts'
import { nameOf } from '../releases/reading.ts'
import { releaseById } from '../releases/store.ts'
import { readSite } from '../site/store.ts'
import { receiverOf } from './receiver-store.ts'
import { recipeFor } from './recipes/index.ts'
import { newestRequest, openRequest, type RollbackRequest } from './request-store.ts'
import { rollbackUnderWay, type WholeRequest, wholeRequest } from './request-whole.ts'
import { nextStep, requestHeadline, stepsOf } from './request-words.ts'
import { targetFor } from './targets.ts'

/** A page shows what became of its last request for so long after it is over. */
const shownAfter = 24 * 3_600_000

type Given = { release_id: string; incident?: { id: string; title: string } | null; back: string }

/**
 * "Roll back now" and what became of it, for the page of a release or of the incident that it caused: the way back
 * from what is live in the release's lane. Null where there is nothing to leave: the release is not out any more, or
 * goes back already, and nobody asked for its rollback.
 */
export async function wayBackPanel(ctx: Context, given: Given) {
  const known = await knownOf(ctx, given)
  const { request, way, component, receiver } = known
  if (!request && !way) return null
  const { target, safe, reasons, warnings, undone } = known.way_back
  const { time_zone } = await readSite(ctx)
  return {
    component: { id: component.id, name: component.name },
    release_id: given.release_id,
    incident_id: given.incident?.id ?? null,
    back: given.back,
    /** On a page of its own its fields are called by their names. */
    alone: false,
    /** On a calm day the form waits behind its title. */
    folded: !request && !given.incident && !(await hurtsNow(ctx, given.release_id)),
    reason: given.incident?.title ?? '',
    request: request && requestShownIn(request, { time_zone, now: nowText(ctx) }),
    ask: way && target ? { to_release_id: target.id, to: nameOf(target), safe } : null,
    receiver: receiver ? { label: recipeFor(receiver.recipe).label, host: new URL(receiver.url).host } : null,
    reasons: way ? reasons : [],
    warnings: way ? warnings : [],
    undone: undone.map((one) => ({ id: one.id, name: nameOf(one) })),
    follows: request !== null && !request.is_settled,
  }
}

/** What the panel is made of; `way`: whether the way back can be asked for now. */
async function knownOf(ctx: Context, { release_id, incident }: Given) {
  const release = await releaseById(ctx, release_id)
  const component = await componentById(ctx, release.component_id)
  const way_back = await targetFor(ctx, { ...laneOf(release), from_release_id: release_id })
  const { from, undone } = way_back
  const leaves = from !== null && (from.id === release_id || undone.some(({ id }) => id === release_id))
  const open = leaves ? await openRequest(ctx, release) : undefined
  const request = await requestShown(ctx, open, { release_id, incident_id: incident?.id ?? null })
  const going = await rollbackUnderWay(ctx, release)
  const way = leaves && !component.archived_at && !(request && !request.is_settled) && !going
  return { way_back, component, request, way, receiver: await receiverOf(ctx, component.id) }
}

function laneOf({ component_id, environment_id }: { component_id: string; environment_id: string }) {
  return { component_id, environment_id }
}

async function hurtsNow({ db }: Context, cause_release_id: string) {
  const blaming = db.selectFrom('incidents').select('id').where('cause_release_id', '=', cause_release_id)
  const open = blaming.where('resolved_at', 'is', null).where('deleted_at', 'is', null)
  return (await open.executeTakeFirst()) !== undefined
}

/** The one that stands, else the last one that was made about this page, while it is news. */
async function requestShown(
  ctx: Context,
  open: RollbackRequest | undefined,
  { release_id, incident_id }: { release_id: string; incident_id: string | null },
): Promise<WholeRequest | null> {
  const about = { release_ids: [release_id], incident_id: incident_id ?? undefined }
  const request: RollbackRequest | undefined = open ?? (await newestRequest(ctx, about))
  if (!request) return null
  const whole = await wholeRequest(ctx, request)
  const over = whole.progress.over_at ?? request.ended_at
  const isNews = !whole.is_settled || over === null || ctx.now().getTime() - Date.parse(over) < shownAfter
  return isNews ? whole : null
}

function requestShownIn(request: WholeRequest, place: { time_zone: string; now: string }) {
  const { progress, reason, usual_seconds } = request
  return {
    id: request.id,
    state: progress.state,
    headline: requestHeadline(request),
    steps: stepsOf(request, place),
    next: nextStep(request, place),
    reason,
    usual: usual_seconds === null ? null : seconds(usual_seconds),
    release_id: progress.release?.id ?? null,
    call_id: request.call_id,
    may_withdraw:
      ['asked', 'accepted', 'silent', 'refused', 'failed'].includes(progress.state) && !request.ended_at,
    is_settled: request.is_settled,
  }
}
