import { versionName } from '../components/live.ts'
import { componentById, componentByIdOrSlug } from '../components/store.ts'
import { incidentById } from '../incidents/store.ts'
import { record } from '../journal/journal.ts'
import { stopCall } from '../outbound/actions.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { environmentByName } from '../releases/environments.ts'
import { releaseById } from '../releases/store.ts'
import { receiverOf } from './receiver-store.ts'
import { askedFor, askReceiver } from './request-call.ts'
import { NewRollbackRequest, type SaidRequest } from './request-input.ts'
import {
  insertRequest,
  openRequest,
  type RollbackRequest,
  requestById,
  updateRequest,
} from './request-store.ts'
import { rollbackUnderWay, wholeRequest } from './request-whole.ts'
import { targetFor } from './targets.ts'

/**
 * Asks the component's receiver to roll back. One request at a time stands for each component and environment: who
 * asks while it does is shown that one (`made` is false). `origin` is where Shiplog's own pages are.
 */
export function requestRollback(
  ctx: Context,
  input: NewRollbackRequest,
  origin: string,
): Promise<{ request: RollbackRequest; made: boolean }> {
  const said = NewRollbackRequest.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const lane = await laneOf(ctx, said)
    const open = await openRequest(ctx, lane)
    if (open && !(await isOver(ctx, open))) return { request: open, made: false }
    if (open) await updateRequest(ctx, open.id, { ended_at: nowText(ctx) })
    const receiver = await receiverFor(ctx, lane.component_id)
    await refuseWhileGoingBack(ctx, lane)
    const { from, to, artifact } = await wayBack(ctx, lane, said)
    const row = requestRow(ctx, { ...said, ...lane, from: from.id, to: to.id })
    if (said.incident) await incidentById(ctx, said.incident)
    if (!(await insertRequest(ctx, row))) return { request: await theirs(ctx, lane), made: false }
    const asked = await askedFor(ctx, row.id, { origin, artifact })
    await updateRequest(ctx, row.id, { call_id: await askReceiver(ctx, receiver, asked) })
    const request = await requestById(ctx, row.id)
    await tell(ctx, 'rollback.requested', request)
    return { request, made: true }
  })
}

/** Takes a request back, or stops waiting for one that nobody answers. What has begun to run cannot be taken back. */
export function withdrawRequest(ctx: Context, id: string): Promise<RollbackRequest> {
  return inTransaction(ctx, async (ctx) => {
    const request = await requestById(ctx, id)
    if (request.ended_at) return request
    const { progress } = await wholeRequest(ctx, request)
    if (progress.state === 'running')
      throw new Refusal('conflict', 'It is running already. Stop it in the tool.')
    if (progress.state === 'done') throw new Refusal('conflict', 'It is done.')
    if (request.call_id && !request.delivered_at && !request.failed_at) {
      await stopCall(ctx, request.call_id, 'The request was taken back.')
    }
    await updateRequest(ctx, id, { ended_at: nowText(ctx), ended_by: ctx.actor.name })
    await tell(ctx, 'rollback.withdrawn', request)
    return requestById(ctx, id)
  })
}

async function laneOf(ctx: Context, said: SaidRequest) {
  if (said.release) {
    const { component_id, environment_id } = await releaseById(ctx, said.release)
    return { component_id, environment_id }
  }
  const component = await componentByIdOrSlug(ctx, said.component ?? '')
  const environment = await environmentByName(ctx, said.environment)
  if (!environment) throw new Refusal('not-found', `Nothing was ever released to ${said.environment}.`)
  return { component_id: component.id, environment_id: environment.id }
}

async function isOver(ctx: Context, request: RollbackRequest) {
  return (await wholeRequest(ctx, request)).is_settled
}

async function receiverFor(ctx: Context, component_id: string) {
  const component = await componentById(ctx, component_id)
  if (component.archived_at) throw new Refusal('conflict', `${component.name} is archived.`)
  const receiver = await receiverOf(ctx, component_id)
  if (receiver) return receiver
  throw new Refusal(
    'conflict',
    `Nobody is there to be asked: ${component.name} names no address yet. Name it under “Way back” on its page.`,
  )
}

async function refuseWhileGoingBack(ctx: Context, lane: { component_id: string; environment_id: string }) {
  const rollback = await rollbackUnderWay(ctx, lane)
  if (!rollback) return
  throw new Refusal(
    'conflict',
    `A rollback to ${versionName(rollback) ?? 'another version'} is under way already.`,
  )
}

/** From where to where, held to what was seen by who asks. */
async function wayBack(
  ctx: Context,
  lane: { component_id: string; environment_id: string },
  { release, to, despite }: SaidRequest,
) {
  const way = await targetFor(ctx, { ...lane, from_release_id: release ?? null })
  const { from, target, safe, reasons, undone, artifact } = way
  const known = from && target ? { from, to: target, artifact } : null
  const words = reasons.map((reason) => reason.words).join(' ')
  if (!known) throw new Refusal('conflict', words || 'There is nothing to go back to.', { reasons })
  if (release && release !== known.from.id && !undone.some(({ id }) => id === release)) {
    throw new Refusal('conflict', `That release is not live any more: ${versionName(known.from)} is.`)
  }
  if (to && to !== known.to.id) {
    throw new Refusal(
      'conflict',
      `The way back has changed meanwhile: it leads to ${versionName(known.to)} now. Look again.`,
    )
  }
  if (!safe && !despite) throw new Refusal('conflict', words, { reasons, candidate: known.to.id })
  return known
}

function requestRow(
  ctx: Context,
  given: SaidRequest & { component_id: string; environment_id: string; from: string; to: string },
) {
  const { component_id, environment_id, from, to, incident, reason, drill } = given
  const at = nowText(ctx)
  return {
    id: newId(),
    component_id,
    environment_id,
    from_release_id: from,
    to_release_id: to,
    incident_id: incident ?? null,
    call_id: null,
    reason,
    drill_at: drill ? at : null,
    asked_at: at,
    asked_by: ctx.actor.name,
    actor_kind: ctx.actor.kind,
    actor_id: ctx.actor.id,
    ended_at: null,
    ended_by: null,
  }
}

/** Another node's request for the same lane, made at the same moment. */
async function theirs(ctx: Context, lane: { component_id: string; environment_id: string }) {
  const request = await openRequest(ctx, lane)
  if (request) return request
  throw new Refusal('conflict', 'Somebody else asked at the same moment. Look again.')
}

async function tell(
  ctx: Context,
  action: 'rollback.requested' | 'rollback.withdrawn',
  request: RollbackRequest,
) {
  const { component_id, incident_id, from_version, from_commit, to_version, to_commit, drill_at } = request
  const [from, to] = [
    versionName({ version: from_version, commit: from_commit }),
    versionName({ version: to_version, commit: to_commit }),
  ]
  await record(ctx, {
    action,
    subject: ['rollback_request', request.id],
    detail: { component_id, incident_id, from, to, drill: drill_at !== null, reason: request.reason },
  })
}
