import type { Marked } from '../releases/bad.ts'
import { isSameCommit, isSameThing } from '../releases/model.ts'
import { nameOf } from '../releases/reading.ts'
import type { Release } from '../releases/store.ts'
import type { Remark } from './model.ts'

/** An incident that a release caused and that stands: it is not deleted. */
export type Trouble = {
  cause_release_id: string
  title: string
  started_at: string
  resolved_at: string | null
}

/** All that the choice of a target needs to know of a lane. */
export type LaneKnown = {
  component: { name: string; archived_at: string | null }
  /** What everybody has had, newest first: the first one is live. */
  finishes: readonly Release[]
  /** What part of the customers have, or what is dark, since the live one: oldest first. */
  partial: readonly Release[]
  /** What is marked bad on the component, on whatever release of it. */
  bad: readonly Marked[]
  troubles: readonly Trouble[]
  /** Releases whose artifact is known to be gone, with why. */
  gone: ReadonlyMap<string, string>
  /** What an operator or the tool names as the way back: a release's id, or a version. */
  named: { release_id?: string; version?: string; by: string } | null
  /** What is to be gone back from: a partial one, whose way back may be the live one; null is the live one. */
  from: Release | null
}

export type Choice = {
  live: Release | null
  target: Release | null
  /** Those that were looked at first, and why they will not do; newest first. */
  passed: { release: Release; why: Remark }[]
  /** All that went live since the target did, oldest first, and what is in the lane besides. */
  crossed: Release[]
  /** Those of them that going back would undo. */
  undone: Release[]
  /** Why there is no target, or none may be gone to. */
  reasons: Remark[]
  warnings: Remark[]
}

const dayLong = 24 * 3_600_000

/**
 * Chooses the version to go back to: the newest thing that was live for everybody in this lane, other than what is
 * live, and good. Each thing is judged by the last time it was live. What an operator or the tool names goes first.
 */
export function chooseTarget(known: LaneKnown): Choice {
  const { finishes, from } = known
  const live = finishes[0] ?? null
  const away = from ?? live
  const judged = away ? judge(known, away) : []
  const newest = judged.find(({ why }) => why === null)?.release ?? null
  const named = away && known.named ? findNamed(known.named, judged, away) : null
  const target = named?.target ?? newest
  const until = judged.findIndex(({ release }) => release === target)
  const passed = judged.slice(0, until < 0 ? undefined : until).flatMap(withWhy)
  return {
    live,
    target,
    passed,
    ...beyond(known, target),
    reasons: reasonsFor(known, live, target, passed),
    warnings: [...(named?.warnings ?? []), ...partialWarnings(known)],
  }
}

type Judged = { release: Release; why: Remark | null }

/** Each thing but the one to go away from, newest first, as far as it has to be known. */
function judge(known: LaneKnown, away: Release): Judged[] {
  const judged: Judged[] = []
  for (const release of known.finishes) {
    if (isSameThing(release, away) || judged.some((one) => isSameThing(one.release, release))) continue
    const why = whyNot(known, release)
    judged.push({ release, why })
    if (why === null && !known.named) break
  }
  return judged
}

function withWhy({ release, why }: Judged) {
  return why ? [{ release, why }] : []
}

/** Why a release will not do as a target, or null. */
function whyNot(known: LaneKnown, release: Release): Remark | null {
  const name = nameOf(release)
  if (release.version === null && release.commit === null) {
    return { code: 'unnamed', words: 'A release that told neither version nor commit cannot be asked for.' }
  }
  const mark = known.bad.find((mark) => mark.id === release.id || isSameThing(mark, release))
  if (mark) return { code: 'marked_bad', words: `${name} is marked bad: ${mark.bad_reason}` }
  if (release.undone_by_release_id) {
    return { code: 'undone', words: `${name} was rolled back itself.` }
  }
  const trouble = known.troubles.find((trouble) => isTroubleOf(trouble, release))
  if (trouble) return { code: 'caused_incident', words: `${name} caused the incident “${trouble.title}”.` }
  const gone = known.gone.get(release.id)
  return gone === undefined
    ? null
    : { code: 'artifact_gone', words: `The artifact of ${name} is gone: ${gone}.` }
}

/** Trouble soon after it went live, or that is still there. */
function isTroubleOf({ cause_release_id, resolved_at, started_at }: Trouble, { id, live_at }: Release) {
  if (cause_release_id !== id) return false
  return resolved_at === null || Date.parse(started_at) - Date.parse(live_at ?? '') <= dayLong
}

type Named = NonNullable<LaneKnown['named']>

function findNamed(named: Named, judged: Judged[], away: Release) {
  const found = judged.find(({ release }) => isNamed(named, release))
  if (found && found.why === null) return { target: found.release, warnings: [] }
  const said = `The ${named.by} names ${found ? nameOf(found.release) : (named.version ?? 'a release')} to go back to`
  const words = found?.why
    ? `${said}, which will not do. ${found.why.words}`
    : `${said}, which ${isNamed(named, away) ? 'is what is to be gone back from' : 'was never live here'}.`
  return { target: null, warnings: [{ code: 'named_target_passed_over', words }] }
}

/** By its id, or by its version; what has none is called by its commit. */
function isNamed({ release_id, version: name }: Named, { id, version, commit }: Release) {
  if (release_id === id) return true
  if (name === undefined) return false
  return version === null ? commit !== null && isSameCommit(commit, name) : version === name
}

/** What lies between the target and now. The target may have been live several times: the last time counts. */
function beyond({ finishes, partial }: LaneKnown, target: Release | null) {
  if (!target) return { crossed: [], undone: [] }
  const place = finishes.findIndex((release) => release.id === target.id)
  const crossed = [...finishes.slice(0, place).reverse(), ...partial]
  return { crossed, undone: crossed.filter((release) => release.undone_at === null) }
}

function reasonsFor(
  { component, from }: LaneKnown,
  live: Release | null,
  target: Release | null,
  passed: Choice['passed'],
): Remark[] {
  const reasons: Remark[] = []
  if (component.archived_at) {
    reasons.push({ code: 'component_archived', words: `${component.name} is archived.` })
  }
  if (target) return reasons
  if (!live && !from) return [...reasons, { code: 'nothing_live', words: 'Nothing is live here yet.' }]
  if (passed.length === 0) {
    const words = `Nothing else was live here before ${nameOf(from ?? live ?? noNames)}.`
    return [...reasons, { code: 'no_earlier_version', words }]
  }
  return [...reasons, noneGood(passed)]
}

const noNames = { version: null, commit: null }

function noneGood(passed: Choice['passed']): Remark {
  const codes = new Set(passed.map(({ why }) => why.code))
  const told = passed.slice(0, 3).map(({ why }) => why.words)
  const words = `No earlier version will do. ${told.join(' ')}`
  if (codes.size > 1) return { code: 'none_good', words }
  const [only] = codes
  return {
    code: only === 'marked_bad' ? 'all_marked_bad' : only === 'artifact_gone' ? only : 'none_good',
    words,
  }
}

/** Somebody who goes back all the way may only want to stop what has just begun. */
function partialWarnings({ partial, from, finishes }: LaneKnown): Remark[] {
  const newest = partial.at(-1)
  if (!newest || from || !finishes[0]) return []
  const reach =
    newest.state === 'dark' ? 'is deployed in the dark' : `is with ${newest.percent}% of customers`
  const words = `${nameOf(newest)} ${reach}: to stop only that, go back to ${nameOf(finishes[0])}.`
  return [{ code: 'part_way', words }]
}
