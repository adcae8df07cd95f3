import { record } from '../journal/journal.ts'
import type { Context } from '../platform/context.ts'
import { inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { CanonicalEvent, EventFacts, ReleaseKind } from '../sources/events.ts'
import { releasesLacking } from './available.ts'
import { ensureEnvironment } from './environments.ts'
import { effectiveTime } from './order.ts'
import { ensureRelease, retell } from './runs.ts'
import {
  type EventRow,
  eventById,
  holdReleasesOf,
  insertEvent,
  partialRun,
  type Release,
  releaseById,
  unendedRuns,
  updateEvent,
  updateRelease,
  waitingEvents,
} from './store.ts'

const dayLong = 24 * 60 * 60_000

export type Report = {
  source_id: string
  /** Within it a run key is unique: the token's name for the source `api`, else empty. */
  scope: string
  delivery_id: string | null
  received_at: string
  /** Where its first event stands among those of the delivery: 0 unless some were kept before. */
  first_position?: number
  events: readonly CanonicalEvent[]
  placeFor: PlaceFor
}

/** The component an event is about, and its environment where that is not the one it says; null when nobody knows yet. */
type PlaceFor = (said: Pick<CanonicalEvent, 'service' | 'environment'>) => Promise<Place | null>
type Place = { component_id: string; environment?: string | null }

export type Recorded = {
  event_id: string
  matched: boolean
  component_id: string | null
  release_id: string | null
  state: string | null
}

/**
 * Keeps the events of one report and tells the releases they are about. What no component answers to is kept too, and
 * waits. It joins the caller's transaction, whose verb writes the line about the report itself.
 */
export function recordEvents(ctx: Context, report: Report): Promise<Recorded[]> {
  return inTransaction(ctx, async (ctx) => {
    const kept: EventRow[] = []
    for (const [index, event] of report.events.entries()) {
      const row = eventRow(report, event, (report.first_position ?? 0) + index)
      const place = await report.placeFor(event)
      const placed = place ? { ...row, ...(await placeOf(ctx, row, place)) } : row
      await insertEvent(ctx, placed)
      kept.push(placed)
    }
    return told(ctx, kept)
  })
}

/** Replays what a source said of services before anybody knew which components those are. */
export function matchWaiting(
  ctx: Context,
  { source_id, services, placeFor }: { source_id: string; services: string[]; placeFor: PlaceFor },
): Promise<Recorded[]> {
  return inTransaction(ctx, async (ctx) => {
    const kept: EventRow[] = []
    for (const row of await waitingEvents(ctx, source_id, services)) {
      const found = await placeFor(row)
      if (!found) continue
      const place = await placeOf(ctx, row, found)
      await updateEvent(ctx, row.id, place)
      kept.push({ ...row, ...place })
    }
    return told(ctx, kept)
  })
}

/** Gives events facts that they lacked, and tells their releases anew. */
export function addFacts(ctx: Context, events: readonly { id: string; facts: EventFacts }[]): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const releases: string[] = []
    for (const { id, facts } of events) {
      await updateEvent(ctx, id, { facts: JSON.stringify(facts) })
      const { release_id } = await eventById(ctx, id)
      if (release_id) releases.push(release_id)
    }
    await retell(ctx, releases)
  })
}

/** Takes an event that nobody needs off the list of those that wait. */
export function dismissEvent(ctx: Context, event_id: string): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const { component_id, dismissed_at, service } = await eventById(ctx, event_id)
    if (component_id) throw new Refusal('conflict', 'This event has found its component already.')
    if (dismissed_at) return
    await updateEvent(ctx, event_id, { dismissed_at: nowText(ctx) })
    await record(ctx, { action: 'event.dismissed', subject: ['event', event_id], detail: { service } })
  })
}

/** Says what a release really was; null leaves it to the tool and to history again. Its lane is settled anew. */
export function correctKind(ctx: Context, release_id: string, kind: ReleaseKind | null): Promise<Release> {
  return inTransaction(ctx, async (ctx) => {
    const { kind: from, corrected_kind } = await releaseById(ctx, release_id)
    if (corrected_kind === kind) return releaseById(ctx, release_id)
    await updateRelease(ctx, release_id, { corrected_kind: kind })
    await retell(ctx, [release_id])
    const release = await releaseById(ctx, release_id)
    const detail = { from, to: release.kind, corrected: kind !== null }
    await record(ctx, { action: 'release.kind_corrected', subject: ['release', release_id], detail })
    return release
  })
}

function eventRow(report: Report, event: CanonicalEvent, position: number): EventRow {
  const { source_id, scope, delivery_id, received_at } = report
  const { facts, ...said } = event
  return {
    id: newId(),
    delivery_id,
    position,
    source_id,
    scope,
    ...said,
    facts: JSON.stringify(facts),
    received_at,
    ...effectiveTime(event.occurred_at, received_at),
    component_id: null,
    environment_id: null,
    release_id: null,
    dismissed_at: null,
  }
}

/** Which run of which component, in which environment, an event is about. An artifact alone is nobody's release. */
async function placeOf(ctx: Context, event: EventRow, { component_id, environment }: Place) {
  await holdReleasesOf(ctx, [component_id])
  const { id: environment_id } = await ensureEnvironment(ctx, environment ?? event.environment)
  const lane = { component_id, environment_id }
  const { version } = JSON.parse(event.facts)
  // found by its version when a release of it is shown
  if (event.type === 'artifact.available') {
    return { ...lane, run_key: version ?? event.run_key, release_id: null }
  }
  const run_key = event.run_key || (await nameOfRun(ctx, { ...event, ...lane }))
  const { source_id, scope } = event
  return { ...lane, run_key, release_id: await ensureRelease(ctx, { ...lane, source_id, scope, run_key }) }
}

/**
 * Some tools give a run no name: then it is the newest open run of that version that spoke within a day of it. How many
 * customers have it may change long after: that is said of what only some have, or nobody yet.
 */
async function nameOfRun(ctx: Context, event: EventRow & { component_id: string; environment_id: string }) {
  const { version, kind } = JSON.parse(event.facts)
  if (event.type === 'exposure.changed' && kind !== 'flag') {
    const partial = await partialRun(ctx, event, version ?? null)
    if (partial) return partial.run_key
  }
  const [since = '', until = ''] = [-dayLong, dayLong].map((apart) =>
    new Date(Date.parse(event.effective_at) + apart).toISOString(),
  )
  const open = await unendedRuns(ctx, event, { since, until })
  const run = open.find((run) => !version || !run.version || run.version === version)
  return run?.run_key ?? newId()
}

async function told(ctx: Context, events: EventRow[]): Promise<Recorded[]> {
  const about = events.flatMap(({ release_id }) => release_id ?? [])
  for (const event of events) about.push(...(await releasesLacking(ctx, event)))
  await retell(ctx, about)
  const recorded: Recorded[] = []
  for (const { id, component_id, release_id } of events) {
    const state = release_id ? (await releaseById(ctx, release_id)).state : null
    recorded.push({ event_id: id, matched: component_id !== null, component_id, release_id, state })
  }
  return recorded
}
