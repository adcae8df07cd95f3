import type { Quarter } from '../components/quarters.ts'
import { median } from '../platform/median.ts'
import { isDrill, secondsTaken, versionKinds } from '../releases/model.ts'

type Lane = { component_id: string; environment_id: string }
type Live = Lane & Parameters<typeof secondsTaken>[0] & { drill_at: string | null }
type Caused = Lane & { started_at: string; remedy: string | null }

export type LaneCount = ReturnType<typeof countLane> & Lane & { quarter: string }

/**
 * How a component fared in an environment in each of these quarters, newest first: how often it was released, rolled
 * back, rolled forward because there was no way back, and walked back as a drill, and how long both ways took. Only
 * where anything happened. Pure.
 */
export function countLanes(
  live: readonly Live[],
  caused: readonly Caused[],
  quarters: readonly Quarter[],
): LaneCount[] {
  return quarters.flatMap(({ quarter, from, until }) => {
    const within = (at: string | null) => at !== null && at >= from && at < until
    const lanes = Map.groupBy(
      live.filter(({ live_at }) => within(live_at)),
      laneOf,
    )
    const troubles = Map.groupBy(
      caused.filter(({ started_at }) => within(started_at)),
      laneOf,
    )
    return [...new Set([...lanes.keys(), ...troubles.keys()])].flatMap((key) => {
      const [own, incidents] = [lanes.get(key) ?? [], troubles.get(key) ?? []]
      const [one] = [...own, ...incidents]
      if (!one) return []
      const { component_id, environment_id } = one
      return [{ component_id, environment_id, quarter, ...countLane(own, incidents) }]
    })
  })
}

function laneOf({ component_id, environment_id }: Lane) {
  return `${component_id} ${environment_id}`
}

function countLane(live: readonly Live[], incidents: readonly Caused[]) {
  const walked = live.filter(({ kind }) => kind === 'rollback')
  const backs = walked.filter((release) => !isDrill(release))
  const drills = walked.filter(isDrill)
  const versions = live.filter(({ kind }) => kind !== 'rollback' && versionKinds.includes(kind))
  const releases = live.length - walked.length
  const times = {
    seconds_back: middle(backs),
    seconds_back_in_drills: middle(drills),
    seconds_to_release: middle(versions),
  }
  return {
    releases,
    rollbacks: backs.length,
    rolled_forward: incidents.filter(({ remedy }) => remedy === 'rolled_forward').length,
    drills: drills.length,
    incidents: incidents.length,
    /** Rollbacks among the releases, 0 to 1; a way back from what is older has no share of its quarter. */
    share: releases >= backs.length && releases > 0 ? backs.length / releases : null,
    ...times,
    is_slower: isSlower(times),
  }
}

function middle(releases: readonly Live[]) {
  return median(releases.flatMap((release) => secondsTaken(release) ?? []))
}

type Times = Record<'seconds_back' | 'seconds_back_in_drills' | 'seconds_to_release', number | null>

/** Whether going back took longer than releasing did: then the way back is not the fast one. */
function isSlower({ seconds_back, seconds_back_in_drills, seconds_to_release }: Times) {
  const back = seconds_back ?? seconds_back_in_drills
  return back !== null && seconds_to_release !== null && back > seconds_to_release
}
