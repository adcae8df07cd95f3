import type { Context } from '../platform/context.ts'
import { kinBefore, type Lane, liveBefore } from '../releases/lanes.ts'
import { isLost, isSameThing, versionKinds } from '../releases/model.ts'
import { environmentName } from '../sources/environment-name.ts'
import { bakeMinutes } from './model.ts'

export type Named = { version: string | null; commit: string | null }
export type Standing = Awaited<ReturnType<typeof standingOf>>

const everything = '9999'
/** What these environments run is no customer's: neither an incident nor a freeze holds it back. */
const ownTiers = ['staging', 'testing', 'development']

/** Where a release would go out: the lane, as far as Shiplog has heard of it, and whether customers are there. */
export async function laneFor({ db }: Context, component_id: string, said: string) {
  const name = environmentName(said)
  const known = await db
    .selectFrom('environments')
    .select(['id', 'tier'])
    .where('name', '=', name)
    .executeTakeFirst()
  // a name that is new or misspelt counts as the customers' own: better asked once too often
  const customers = !known || !ownTiers.includes(known.tier)
  return { name, customers, lane: known ? { component_id, environment_id: known.id } : null }
}

/** What is live in a lane, what is not settled yet, and whether the release that is asked about would go back. */
export async function standingOf(ctx: Context, lane: Lane | null, asked: Named) {
  if (!lane) return { live: null, unsettled: [], goes_back: false, was_live: false }
  const live = (await liveBefore(ctx, lane, everything)) ?? null
  const unsettled = (await unsettledIn(ctx, lane, live)).filter((release) => !isSameThing(release, asked))
  const firsts = asked.version || asked.commit ? await kinBefore(ctx, lane, everything, asked) : []
  const [first] = firsts
  const [live_first] = live ? await kinBefore(ctx, lane, everything, live) : []
  const is_older = first !== undefined && live_first !== undefined && first < live_first
  // what everybody has, while something newer is being tried: that ends the try
  const is_live = live !== null && isSameThing(live, asked) === true
  const ends_try = is_live && unsettled.some(({ live_at }) => live_at === null)
  return { live, unsettled, goes_back: is_older || ends_try, was_live: first !== undefined }
}

/** What is going out, shown to part of the customers or to nobody, or live for everybody only just now. */
async function unsettledIn(ctx: Context, lane: Lane, live: { lane_at: string } | null) {
  const ago = (minutes: number) => new Date(ctx.now().getTime() - minutes * 60_000).toISOString()
  // what the live one left behind is over, but for a run that began before it and still talks
  const from = [live?.lane_at ?? '', ago(2 * 24 * 60)].sort()[0] ?? ''
  const rows = await ctx.db
    .selectFrom('releases')
    .select(['id', 'version', 'commit', 'state', 'percent', 'live_at', 'deadline_at', 'kind', 'lane_at'])
    .where((all) => all.and(lane))
    .where('lane_at', '>=', from)
    .where('undone_at', 'is', null)
    .where('superseded_by_release_id', 'is', null)
    .where('kind', 'in', [...versionKinds])
    .where((or) =>
      or.or([or('state', 'in', ['running', 'canary', 'dark']), or('live_at', '>', ago(bakeMinutes))]),
    )
    .orderBy('lane_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  // of a run that stopped talking nobody will ever say that it settled
  return rows.filter((release) => release.state !== 'running' || !isLost(release, ctx.now()))
}
