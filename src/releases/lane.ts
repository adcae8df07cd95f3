import type { Selectable } from 'kysely'
import type { Tables } from '../platform/tables.ts'
import { exposedState, isDrill, isSameCommit, isSameThing, versionKinds } from './model.ts'

/** The columns of a release that place it among the others of its component and environment. */
export const laneColumns = [
  'id',
  'source_id',
  'scope',
  'run_key',
  'version',
  'commit',
  'kind',
  'kind_by',
  'corrected_kind',
  'state',
  'outcome',
  'percent',
  'dark_at',
  'previous_version',
  'drift_version',
  'previous_release_id',
  'reverts_release_id',
  'restores_release_id',
  'undone_by_release_id',
  'superseded_by_release_id',
  'undone_at',
  'drill_at',
  'live_at',
  'lane_at',
] as const

export type LaneRelease = Pick<Selectable<Tables['releases']>, (typeof laneColumns)[number]>

/** What the walk knows when it comes to a release. */
type Walk = {
  /** What everybody has had until now, oldest first. */
  finishes: LaneRelease[]
  /** The same by version and by short commit, each with its place among them. */
  names: Map<string, { release: LaneRelease; place: number }[]>
  live: LaneRelease | undefined
  /** What came after the live one and is not (yet) live for everybody. */
  since: LaneRelease[]
}

/**
 * Walks a lane (the releases of one component in one environment) in the order in which they went live and decides,
 * for those in `tail`, the kind, what was live before, and what they supersede, revert and undo.
 * `before` holds the settled releases that the tail can reach; of these only pointers into the tail are redone.
 * Returns them all; the result depends on what happened when, never on the order in which it was heard.
 */
export function settleLane(before: readonly LaneRelease[], tail: readonly LaneRelease[]): LaneRelease[] {
  const open = new Set(tail.map((release) => release.id))
  const lane = [...before.map((release) => freedFrom(open, release)), ...tail.map(unsettled)].sort(
    inLaneOrder,
  )
  const walk: Walk = { finishes: [], names: new Map(), live: undefined, since: [] }
  for (const release of lane) {
    if (open.has(release.id)) {
      place(walk, release)
      if (isFinish(release)) takeOver(walk, release)
    }
    pass(walk, release)
  }
  return lane
}

/** By time; a tie is decided by what the releases are, not by which was heard of first. */
function inLaneOrder(one: LaneRelease, other: LaneRelease) {
  const key = ({ lane_at, source_id, scope, run_key }: LaneRelease) => [lane_at, source_id, scope, run_key]
  const [left, right] = [key(one).join('\n'), key(other).join('\n')]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Whether it put a version live for everybody; one that undid itself no longer counts. */
export function isFinish(release: LaneRelease) {
  const undidItself = release.undone_at !== null && release.undone_by_release_id === null
  return release.live_at !== null && !undidItself && versionKinds.includes(release.kind)
}

function freedFrom(open: ReadonlySet<string>, release: LaneRelease): LaneRelease {
  const { undone_by_release_id, superseded_by_release_id } = release
  const freed = undone_by_release_id && open.has(undone_by_release_id) ? redone(release) : { ...release }
  if (superseded_by_release_id && open.has(superseded_by_release_id)) freed.superseded_by_release_id = null
  return freed
}

/** As it was before another release undid it. */
function redone(release: LaneRelease): LaneRelease {
  const state = release.state === 'rolled_back' ? exposedState(release) : release.state
  return { ...release, state, undone_at: null, undone_by_release_id: null }
}

function unsettled(release: LaneRelease): LaneRelease {
  const own = release.undone_by_release_id ? redone(release) : release
  const said = release.corrected_kind ?? (release.kind_by === 'tool' ? release.kind : null)
  return {
    ...own,
    kind: said ?? 'deploy',
    kind_by: release.corrected_kind ? 'operator' : said ? 'tool' : 'history',
    drift_version: null,
    previous_release_id: null,
    reverts_release_id: null,
    restores_release_id: null,
    superseded_by_release_id: null,
  }
}

function place(walk: Walk, release: LaneRelease) {
  if (release.kind_by === 'history') release.kind = inferredKind(walk, release)
  release.previous_release_id = walk.live?.id ?? null
  if (hasDrifted(release, walk.live)) release.drift_version = release.previous_version
  if (release.kind === 'rollback') aim(walk, release)
}

/** Going back is a rollback only to what first went live before that which is live now first did. */
function inferredKind(walk: Walk, release: LaneRelease) {
  if (!walk.live) return 'deploy'
  if (isSameThing(release, walk.live)) return 'redeploy'
  const [first] = placesOf(walk, release)
  const [liveFirst] = placesOf(walk, walk.live)
  return first !== undefined && liveFirst !== undefined && first < liveFirst ? 'rollback' : 'deploy'
}

/** Where among the finishes the same thing stands, first to last. */
function placesOf({ names }: Walk, release: LaneRelease): number[] {
  const alike = namesOf(release).flatMap((name) => names.get(name) ?? [])
  const same = alike.filter((one) => isSameThing(one.release, release))
  return [...new Set(same.map(({ place }) => place))].sort((one, other) => one - other)
}

function namesOf({ version, commit }: LaneRelease) {
  return [version && `version ${version}`, commit && `commit ${commit.slice(0, 7)}`].filter(
    (name) => name !== null,
  )
}

/** The tool found something else in place than what we thought was live. */
function hasDrifted({ previous_version }: LaneRelease, live: LaneRelease | undefined) {
  if (!previous_version || !live || previous_version === live.version) return false
  if (live.commit && isSameCommit(previous_version, live.commit)) return false
  return live.version !== null || live.commit !== null
}

/** A rollback goes back to the newest release of its version, and reverts what was live, or what was being tried. */
function aim(walk: Walk, rollback: LaneRelease) {
  const { finishes, live, since } = walk
  const target = finishes[placesOf(walk, rollback).at(-1) ?? -1]
  rollback.restores_release_id = target?.id ?? null
  const tried = since.findLast(({ version }) => version !== null && version === rollback.previous_version)
  const staysLive = live !== undefined && target?.id === live.id
  const reverted = live && !staysLive ? live : (tried ?? since.findLast(isPartial))
  rollback.reverts_release_id = reverted?.id ?? null
}

function takeOver(walk: Walk, release: LaneRelease) {
  if (release.kind === 'rollback') undo(walk, release)
  const replaced = walk.live ? [walk.live, ...walk.since.filter(isPartial)] : walk.since.filter(isPartial)
  for (const earlier of replaced) earlier.superseded_by_release_id ??= release.id
}

/** A drill takes nothing back: nothing was wrong with what everybody had. What only some had is over all the same. */
function undo({ finishes, since }: Walk, rollback: LaneRelease) {
  const target = finishes.findIndex(({ id }) => id === rollback.restores_release_id)
  const between = target < 0 ? [] : finishes.slice(target + 1)
  const reverted = [...finishes, ...since].filter(({ id }) => id === rollback.reverts_release_id)
  const kept = new Set(isDrill(rollback) ? finishes : [])
  for (const release of new Set([...between, ...reverted, ...since.filter(isPartial)])) {
    if (release.undone_at || kept.has(release)) continue
    release.undone_by_release_id = rollback.id
    release.undone_at = rollback.live_at
    if (release.outcome === 'succeeded' || isPartial(release)) release.state = 'rolled_back'
  }
}

/** A version that part of the customers have, or that waits in the dark. */
function isPartial({ state, kind }: LaneRelease) {
  return (state === 'canary' || state === 'dark') && versionKinds.includes(kind)
}

function pass(walk: Walk, release: LaneRelease) {
  if (isFinish(release)) {
    const place = walk.finishes.push(release) - 1
    for (const name of namesOf(release)) {
      const alike = walk.names.get(name) ?? []
      walk.names.set(name, alike)
      alike.push({ release, place })
    }
    walk.live = release
    walk.since = []
  } else {
    walk.since.push(release)
  }
}
