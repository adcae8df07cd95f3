import { type JournalAction, record } from '../journal/journal.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { isSqlite } from '../platform/locks.ts'
import { requestAnswered } from './asked.ts'
import { commitsOf } from './available.ts'
import { foldRun, type Run } from './fold.ts'
import { type Lane, settle } from './lanes.ts'
import type { ReleaseState } from './model.ts'
import { surplusOf } from './rollout.ts'
import {
  changesOf,
  componentsOf,
  eventsOfRelease,
  holdReleasesOf,
  insertRelease,
  type Release,
  type RunName,
  releaseById,
  releaseOfRun,
  updateEvent,
  updateRelease,
} from './store.ts'

/** What the journal says when a release comes into a state. */
const wordFor: Record<ReleaseState, JournalAction> = {
  queued: 'release.queued',
  waiting: 'release.waiting',
  running: 'release.started',
  canary: 'release.canary',
  dark: 'release.dark',
  succeeded: 'release.succeeded',
  failed: 'release.failed',
  cancelled: 'release.cancelled',
  rolled_back: 'release.rolled_back',
}

/** Said of a release whose events are still to be told. */
const untold = 'untold'

/** The release of a run, made when this is the first that is heard of it. */
export async function ensureRelease(ctx: Context, run: RunName): Promise<string> {
  const known = await releaseOfRun(ctx, run)
  if (known) return known.id
  const id = newId()
  const at = nowText(ctx)
  const told = { state: untold, last_event_at: at, lane_at: '9', created_at: at, updated_at: at }
  await insertRelease(ctx, { ...blank, ...run, ...told, id })
  return id
}

/**
 * Tells the runs of these releases anew from their events, settles their lanes, and writes a journal line for each
 * release that customers or operators now see in another state.
 */
export async function retell(ctx: Context, release_ids: Iterable<string>) {
  const ids = [...new Set(release_ids)]
  await holdReleasesOf(ctx, isSqlite(ctx.db) ? [] : await componentsOf(ctx, ids))
  const was = new Map<string, Seen>()
  const lanes = new Map<string, Lane & { from: string }>()
  for (const id of ids) {
    const old = await releaseById(ctx, id)
    was.set(id, old)
    const lane_at = await refold(ctx, old)
    const { component_id, environment_id } = old
    const key = `${component_id} ${environment_id}`
    const from = [old.lane_at, lane_at, lanes.get(key)?.from ?? lane_at].sort()[0] ?? lane_at
    lanes.set(key, { component_id, environment_id, from })
  }
  for (const { from, ...lane } of lanes.values()) {
    for (const change of await settle(ctx, lane, from)) {
      if (!was.has(change.is.id)) was.set(change.is.id, change.was)
    }
  }
  for (const [id, seen] of was) await tellJournal(ctx, seen, await releaseById(ctx, id))
}

async function refold(ctx: Context, old: Release) {
  const told: Run = foldRun(await eventsThatCount(ctx, old.id))
  const { said_kind, rollback, ...run } = told
  const apart = await commitsOf(ctx, { ...old, version: run.version, commit: run.commit })
  const { is_drill, ...answered } = await requestAnswered(ctx, old, told)
  const is = {
    ...run,
    ...answered,
    commit: run.commit ?? apart?.commit ?? null,
    previous_version: run.previous_version ?? apart?.previous ?? null,
    kind: old.corrected_kind ?? said_kind ?? 'deploy',
    kind_by: said_kind ? 'tool' : 'history',
    drill_at: drillOf(old.corrected_drill ?? (is_drill ? 'yes' : null), run),
    rollback: rollback && JSON.stringify(rollback),
    undone_by_release_id: null,
    updated_at: nowText(ctx),
  }
  await updateRelease(ctx, old.id, changesOf<Release>(old, is))
  return run.lane_at
}

/** A node that says the same again is let go, so that a run of years costs no more than one of a day. */
async function eventsThatCount(ctx: Context, release_id: string) {
  const events = await eventsOfRelease(ctx, release_id)
  const surplus = new Set(surplusOf(events))
  if (surplus.size === 0) return events
  for (const { id } of surplus) await updateEvent(ctx, id, { release_id: null, dismissed_at: nowText(ctx) })
  return events.filter((event) => !surplus.has(event))
}

/** What an operator said of it, or asked for, stands above what the tool said; the moment is the run's own. */
function drillOf(
  corrected: string | null,
  { drill_at, live_at, last_event_at }: Pick<Run, 'drill_at' | 'live_at' | 'last_event_at'>,
) {
  if (corrected === null) return drill_at
  return corrected === 'yes' ? (drill_at ?? live_at ?? last_event_at) : null
}

type Seen = Pick<Release, 'state' | 'percent'>

async function tellJournal(ctx: Context, was: Seen, is: Release) {
  const moved = was.state !== is.state
  if (!moved && was.percent === is.percent) return
  const { component_id, environment_id, version, kind, state, percent, undone_by_release_id } = is
  await record(ctx, {
    action: moved ? wordFor[state as ReleaseState] : 'release.progressed',
    subject: ['release', is.id],
    detail: {
      component_id,
      environment_id,
      version,
      kind,
      state,
      from: was.state === untold ? null : was.state,
      percent,
      undone_by_release_id,
      at: is.undone_at ?? is.last_event_at,
      backfilled: is.backfilled_at !== null,
    },
  })
}

const blank = {
  version: null,
  commit: null,
  ref: null,
  kind: 'deploy',
  kind_by: 'history',
  corrected_kind: null,
  outcome: null,
  percent: null,
  dark_at: null,
  attempt: 1,
  previous_version: null,
  drift_version: null,
  previous_release_id: null,
  reverts_release_id: null,
  restores_release_id: null,
  undone_by_release_id: null,
  superseded_by_release_id: null,
  started_at: null,
  first_exposed_at: null,
  live_at: null,
  finished_at: null,
  undone_at: null,
  deadline_at: null,
  skewed_at: null,
  backfilled_at: null,
  actor_name: null,
  message: null,
  reason: null,
  run_url: null,
  target_url: null,
  commit_url: null,
  changelog_url: null,
  artifact: null,
  drill_at: null,
  corrected_drill: null,
  most_percent: null,
  bad_at: null,
  bad_reason: null,
  bad_by: null,
  asked_at: null,
  rollback_request_id: null,
  rollback: null,
}
