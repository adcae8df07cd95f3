import { frozenNow } from '../gate/frozen.ts'
import { draftsToWatch } from '../incidents/desk.ts'
import { noted } from '../incidents/noted.ts'
import { listIncidents } from '../incidents/store.ts'
import { wholeIncidents } from '../incidents/whole.ts'
import { type Context, nowText } from '../platform/context.ts'
import { readOnly } from '../platform/database.ts'
import { dateIn, fromWallClock } from '../platform/zone.ts'
import { stepLines } from '../releases/page-words.ts'
import { asEvents, nameOf, type ReleaseView, readReleases } from '../releases/reading.ts'
import { stepsOf } from '../releases/steps.ts'
import { lookOf, standing } from '../releases/words.ts'
import { requestById } from '../rollbacks/request-store.ts'
import { wholeRequest } from '../rollbacks/request-whole.ts'
import { requestHeadline } from '../rollbacks/request-words.ts'
import { readSite } from '../site/store.ts'
import { isSilent } from './silent.ts'
import { daysHeard, eventsOf, lastTrouble, newRequests } from './store.ts'

const day = 86_400_000
/** How far back it is looked for what is usual of a source; who is silent for longer is no news any more. */
const heardDays = 30
/** A promise is due so many minutes before its time. */
const dueMinutes = 10
const most = { releases: 30, lost: 6, requests: 5 }

/** All that needs an operator's eye at this moment, each with where it leads. Its queries do not grow with its rows. */
export async function deskNow(ctx: Context) {
  const now = nowText(ctx)
  const { time_zone } = await readSite(ctx)
  const place = { time_zone, now }
  const open = (await wholeIncidents(ctx, await listIncidents(ctx, { show: 'open', limit: 50 }))).map(noted)
  const midnight = fromWallClock(dateIn(now, time_zone), '00:00', time_zone)
  const today = await readReleases(ctx, { since: midnight, limit: most.releases })
  const lost = await readReleases(ctx, { state: 'lost', limit: most.lost })
  const going = (await underWay(ctx)).filter(({ state }) => state !== 'lost')
  const shown = new Set(going.map(({ id }) => id))
  const over = today.filter(({ id, state }) => !shown.has(id) && state !== 'lost')
  return {
    open: open.map((incident) => ({ ...incident, promise: promiseOf(incident.next_update_at, now) })),
    going: await withSteps(ctx, going, place),
    today: over.slice(0, most.releases).map(line),
    more_today: over.length > most.releases,
    lost: lost.slice(0, most.lost).map(line),
    more_lost: lost.length > most.lost,
    requests: await requestsUnderWay(ctx),
    frozen: await frozenNow(ctx),
    drafts: await draftsToWatch(ctx),
    silent: await silentSources(ctx),
    last_trouble: (await lastTrouble(readOnly(ctx.db))) ?? null,
  }
}

/** How an update that was promised stands. */
function promiseOf(next_update_at: string | null, now: string): 'overdue' | 'due' | 'later' | null {
  if (next_update_at === null) return null
  if (next_update_at <= now) return 'overdue'
  return Date.parse(next_update_at) - Date.parse(now) <= dueMinutes * 60_000 ? 'due' : 'later'
}

/** What is on its way to customers, whenever it began. */
async function underWay(ctx: Context): Promise<ReleaseView[]> {
  const found: ReleaseView[] = []
  for (const state of ['canary', 'running', 'waiting', 'queued']) {
    found.push(...(await readReleases(ctx, { state, limit: 10 })).slice(0, 10))
  }
  return found
}

async function withSteps(ctx: Context, releases: ReleaseView[], place: { time_zone: string; now: string }) {
  const ids = releases.filter(({ state }) => state === 'canary').map(({ id }) => id)
  const told = ids.length === 0 ? [] : await eventsOf(readOnly(ctx.db), ids)
  const events = Map.groupBy(told, ({ release_id }) => release_id)
  return releases.map((release) => ({
    ...line(release),
    steps: stepLines(stepsOf(asEvents(events.get(release.id) ?? [])), place),
  }))
}

function line(release: ReleaseView) {
  const { id, component_slug, environment, tier, lane_at, last_event_at, actor_name, state } = release
  const names = {
    name: `${component_slug} ${nameOf(release)}`,
    standing: standing(release),
    look: lookOf(state),
  }
  return {
    id,
    environment: tier === 'production' ? null : environment,
    lane_at,
    last_event_at,
    actor_name,
    ...names,
  }
}

async function requestsUnderWay(ctx: Context) {
  const since = new Date(ctx.now().getTime() - day).toISOString()
  const found = []
  for (const id of await newRequests(readOnly(ctx.db), since, most.requests)) {
    const request = await wholeRequest(ctx, await requestById(ctx, id))
    if (!request.is_settled) found.push(request)
  }
  return found.map((request) => ({
    id: request.id,
    words: requestHeadline(request),
    component: request.component_name,
    asked_at: request.asked_at,
    asked_by: request.asked_by,
    silent: request.progress.state === 'silent',
  }))
}

async function silentSources(ctx: Context) {
  const since = new Date(ctx.now().getTime() - heardDays * day).toISOString()
  return (await daysHeard(readOnly(ctx.db), since)).filter((source) => isSilent(source, ctx.now()))
}
