import { z } from 'zod'
import { type Context, inTransaction } from '../platform/context.ts'
import { declareIncident } from './actions.ts'
import { moment, NewIncident, NewUpdate } from './model.ts'
import { type Incident, incidentById } from './store.ts'
import { postUpdate } from './updates.ts'

const FollowUp = NewUpdate.omit({ version: true, next_update_at: true }).extend({ display_at: moment })

/** An incident with the updates that followed the first one, oldest first, each at its own time. */
export const ToldIncident = NewIncident.extend({ updates: z.array(FollowUp).max(50).default([]) })
export type ToldIncident = z.input<typeof ToldIncident>

/** Logs an incident as far as it is known, in one go: all of its updates stand, or none. */
export function logIncident(ctx: Context, input: ToldIncident): Promise<Incident> {
  const { updates, ...first } = ToldIncident.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const { id } = await declareIncident(ctx, first)
    for (const update of updates) await postUpdate(ctx, id, update)
    return incidentById(ctx, id)
  })
}
