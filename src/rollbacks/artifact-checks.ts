import type { Client } from '../outbound/client.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import type { Job } from '../platform/timers.ts'
import type { Release } from '../releases/store.ts'
import { addressOf } from './artifacts.ts'
import { artifactsToCheck } from './lane-store.ts'
import { type ArtifactCheck, allPlans, writeCheck } from './readiness-store.ts'

const hour = 3_600_000
/** What was seen is asked for again after a day; what could not be seen, after an hour. */
const goodFor = { found: 24 * hour, gone: 24 * hour, unknown: hour }
const mostEachTime = 40
const together = 4

/** Asks soon after a release, and daily, whether what could be gone back to is still there. */
export function artifactJob(client: Pick<Client, 'head'>): Job {
  return {
    name: 'ask for artifacts',
    every_minutes: 5,
    run: (ctx) => checkArtifacts(ctx, client),
  }
}

/** Asks for the artifacts of the newest versions of each lane that have not been asked for of late; returns how many. */
export async function checkArtifacts(ctx: Context, client: Pick<Client, 'head'>): Promise<number> {
  const due = (await addressesDue(ctx)).slice(0, mostEachTime)
  for (let from = 0; from < due.length; from += together) {
    await Promise.all(due.slice(from, from + together).map((one) => check(ctx, client, one)))
  }
  return due.length
}

type Due = { release_id: string; url: string }

async function addressesDue(ctx: Context): Promise<Due[]> {
  const plans = new Map((await allPlans(ctx)).map((plan) => [plan.component_id, plan]))
  const due: Due[] = []
  for (const release of await artifactsToCheck(ctx)) {
    const url = addressOf(release, plans.get(release.component_id))
    if (url && isDue(release, url, ctx.now())) due.push({ release_id: release.id, url })
  }
  return due
}

type Looked = Pick<Release, 'id'> & {
  checked_url: string | null
  state: string | null
  checked_at: string | null
}

function isDue({ checked_url, state, checked_at }: Looked, url: string, now: Date) {
  if (checked_at === null || checked_url !== url) return true
  return now.getTime() - Date.parse(checked_at) >= goodFor[state as ArtifactState]
}

type ArtifactState = keyof typeof goodFor

async function check(ctx: Context, client: Pick<Client, 'head'>, { release_id, url }: Due) {
  const answer = await client.head(url)
  const seen =
    'error' in answer ? { state: 'unknown' as const, detail: answer.error } : readStatus(answer.status)
  const row: ArtifactCheck = { release_id, url, ...seen, checked_at: nowText(ctx) }
  await inTransaction(ctx, (ctx) => writeCheck(ctx, row))
}

/** Only a plain no is a no: an address that wants a password, or that is down, tells nothing. */
function readStatus(status: number): { state: ArtifactState; detail: string } {
  const detail = `its address answered ${status}`
  if (status >= 200 && status < 300) return { state: 'found', detail }
  return { state: status === 404 || status === 410 ? 'gone' : 'unknown', detail }
}
