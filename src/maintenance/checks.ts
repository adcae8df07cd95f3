import { fault } from '../incidents/model.ts'
import { namedIds } from '../incidents/named.ts'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { faultOfTimes, type NewMaintenance, stateAt } from './model.ts'
import type { Maintenance, Row } from './store.ts'

/** What the verbs of planned work look at before they write. */

type Times = { starts_at: string; ends_at: string }

/** Refuses times that make no sense, beside their field. */
export function refuseTimes(times: Times, now: string) {
  const wrong = faultOfTimes(times, now)
  if (wrong) throw fault(...wrong)
}

/** Refuses to change what is over, and to move the start of what has begun. */
export function refuseChange(known: Row, wanted: Times, isMoved: boolean, now: string) {
  const state = stateAt(known, now)
  if (state === 'completed' || state === 'cancelled') throw new Refusal('conflict', over(state))
  if (!isMoved) return
  refuseTimes(wanted, now)
  if (state === 'in_progress' && wanted.starts_at !== known.starts_at) {
    throw fault('starts_at', 'It has begun already. Only its end can be moved.')
  }
}

/** Why nothing more can be done with it. */
export function over(state: string) {
  return state === 'completed' ? 'It is over. Plan a new one.' : 'It was called off. Plan a new one.'
}

/** Whether it gets other times. */
export function isMove(known: Times, wanted: Times) {
  return wanted.starts_at !== known.starts_at || wanted.ends_at !== known.ends_at
}

/** The release that planned work names, as it is said. */
export function releaseIn({ release_component_id, release_version }: Row) {
  if (!release_component_id || !release_version) return null
  return { component: release_component_id, version: release_version }
}

type ByRelease = { starts_by: string; ends_by: string; release?: NewMaintenance['release'] }

/** The release that it is for. What a release starts or ends must say which one. */
export async function releaseOf(ctx: Context, { starts_by, ends_by, release }: ByRelease) {
  if (!release) {
    if (starts_by === 'release' || ends_by === 'release')
      throw fault('release', 'Say which release it is for.')
    return { release_component_id: null, release_version: null }
  }
  const [release_component_id = null] = await namedIds(ctx, [release.component], [], 'release')
  return { release_component_id, release_version: release.version }
}

/** What the journal says of it. */
export function detailOf({ title, starts_at, ends_at }: Pick<Row, 'title' | 'starts_at' | 'ends_at'>) {
  return { title, starts_at, ends_at }
}

/** Somebody else was faster; what stands now goes with the answer. */
export function stale(current: Maintenance) {
  const words = 'Somebody else changed this meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
