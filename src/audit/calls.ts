import { z } from 'zod'
import { callWhole, shownCall } from '../outbound/look.ts'
import { callStates } from '../outbound/model.ts'
import { listCalls } from '../outbound/store.ts'
import type { Context } from '../platform/context.ts'
import { listQuery, pageOf } from '../platform/http.ts'
import { addressOf } from './phrases.ts'

/** Which calls: in one state, about one subject. The form's empty choice asks for all. */
export const callsQuery = listQuery.extend({
  state: z.preprocess((given) => (given === '' ? undefined : given), z.enum(callStates).optional()),
  subject_id: z.string().max(60).optional(),
})
type CallsQuery = z.output<typeof callsQuery>

/** One page of calls, newest first, as operators and their programs see them. */
export async function callsPage(ctx: Context, { limit, ...asked }: CallsQuery) {
  const { data, next_cursor } = pageOf(await listCalls(ctx, { ...asked, limit: limit + 1 }), limit)
  return { data: data.map(shownCall), next_cursor }
}

type Shown = ReturnType<typeof shownCall>

const looks = {
  waiting: { icon: 'running', tone: '', words: 'Waits for its next try' },
  delivered: { icon: 'operational', tone: '', words: 'Delivered' },
  failed: { icon: 'failed', tone: 'failed', words: 'Failed' },
}
export const stateChoices = Object.entries(looks).map(([value, { words }]) => ({ value, words }))

const purposes: Record<string, string> = { 'rollback.requested': 'Rollback asked for' }

/** A call with the words and the links of its line in the list. */
export function callRow(call: Shown) {
  const look = looks[call.state]
  const first = call.state === 'waiting' && call.attempts === 0
  return {
    ...call,
    look: first ? { ...look, words: 'Is sent now' } : look,
    purpose_words: purposes[call.purpose] ?? call.purpose,
    about: { words: call.subject_kind.replaceAll('_', ' '), href: addressOf(call) },
  }
}

/** A call with all that its page tells. */
export async function callPage(ctx: Context, id: string) {
  const { tries, ...call } = await callWhole(ctx, id)
  const told = tries.map((one) => ({ ...one, took: tookWords(one) }))
  return { call: { ...callRow(call), body: call.body, header_names: call.header_names }, tries: told }
}

/** How long a try took: `240 ms`, `15.0 s`. */
function tookWords({ started_at, ended_at }: { started_at: string; ended_at: string }): string {
  const millis = Date.parse(ended_at) - Date.parse(started_at)
  return millis < 1000 ? `${millis} ms` : `${(millis / 1000).toFixed(1)} s`
}
