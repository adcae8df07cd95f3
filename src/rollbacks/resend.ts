import { replayCall } from '../outbound/actions.ts'
import { callById } from '../outbound/store.ts'
import { type Context, inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { requestById, updateRequest } from './request-store.ts'
import { wholeRequest } from './request-whole.ts'

/**
 * Sends a call again. One that asked for a rollback is followed from then on, and is refused once its request was
 * answered or ended: two calls must not make two rollbacks. Returns the new call's id.
 */
export function resendCall(ctx: Context, call_id: string): Promise<string> {
  return inTransaction(ctx, async (ctx) => {
    const { subject_kind, subject_id } = await callById(ctx, call_id)
    if (subject_kind !== 'rollback_request') return replayCall(ctx, call_id)
    const request = await requestById(ctx, subject_id)
    const { progress } = await wholeRequest(ctx, request)
    if (request.ended_at !== null || progress.release !== null) {
      throw new Refusal('conflict', 'This request was answered, or is over. Ask anew on the release’s page.')
    }
    const id = await replayCall(ctx, call_id)
    await updateRequest(ctx, request.id, { call_id: id })
    return id
  })
}
