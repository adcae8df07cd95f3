import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { seconds } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import { releaseKinds } from '../sources/events.ts'
import { withAvailable } from './available.ts'
import { drillWarnings } from './drills.ts'
import { isDrill, secondsTaken } from './model.ts'
import { laneNeighbours, requestsAbout } from './neighbours.ts'
import type { RunEvent } from './order.ts'
import { besideUsual, exposureOf, mostWords, stepLines } from './page-words.ts'
import {
  asEvents,
  endOf,
  eventsTold,
  incidentsOf,
  nameOf,
  type Pointer,
  type ReleaseView,
  readRelease,
  relatives,
} from './reading.ts'
import { nodesOf, nodesWords } from './rollout.ts'
import { stepsOf } from './steps.ts'
import { mostTelling, storyOf } from './story.ts'
import { tideOf } from './tide.ts'
import { usualReleaseSeconds, usualSeconds } from './usual.ts'
import { cautions, headline, kindByWords, kindWords, lookOf } from './words.ts'

/** Everything the page of one release shows. */
export async function releasePage(ctx: Context, id: string) {
  const release = await withAvailable(ctx, await readRelease(ctx, id))
  const events = await eventsTold(ctx, id)
  const incidents = await incidentsOf(ctx, id)
  const related = await relatives(ctx, release)
  const requests = await requestsAbout(ctx, release)
  const { time_zone } = await readSite(ctx)
  const now = nowText(ctx)
  const usual = release.kind === 'rollback' ? usualSeconds : usualReleaseSeconds
  const timed = ['deploy', 'rollback'].includes(release.kind)
  const nodes = nodesTold(asEvents(events))
  const replaced_at = related('superseded_by')?.live_at ?? null
  return {
    title: `${release.component_slug} ${nameOf(release)}`,
    release,
    headline: nodesHeadline(release, nodes) ?? headline(release, { time_zone, now }),
    look: lookOf(release.state),
    nodes,
    took: besideUsual(release.took_seconds, timed ? await usual(ctx, release) : null),
    most_words: mostWords(release),
    kind_words: isDrill(release) ? 'Rollback drill' : kindWords[release.kind as 'deploy'],
    kind_by_words: kindByWords[release.kind_by] ?? '',
    kinds: releaseKinds.map((kind) => ({ kind, words: kindWords[kind] })),
    cautions: [
      ...cautions(release, related('previous')?.name),
      ...(await drillWarnings(ctx, release)).map(({ words }) => words),
    ],
    links: linksOf(release, related('previous')?.name ?? release.previous_version),
    pointers: pointersOf(release, related),
    neighbours: await laneNeighbours(ctx, release),
    story: storyOf(release, { events: mostTelling(events), incidents, related, requests }),
    steps: stepLines(stepsOf(asEvents(events), endOf(release, replaced_at)), { time_zone, now }),
    tide: tideOf(events, incidents, {
      asked_at: related('undone_by')?.asked_at ?? null,
      undone_at: release.undone_at,
      replaced_at,
      now,
    }),
    back_words: backWords(release, related('undone_by')),
    exposure: exposureOf(release),
    drill: release.kind === 'rollback' ? drillOf(release) : null,
    incidents,
  }
}

/** How many of its nodes have it, in words, and those that failed by name. */
function nodesTold(events: readonly RunEvent[]) {
  const nodes = nodesOf(events)
  return nodes && { ...nodes, words: nodesWords(nodes) }
}

/** Where nodes speak for themselves, how many of them have it says more than a share of customers, unless it was set since. */
function nodesHeadline({ state, percent }: ReleaseView, nodes: ReturnType<typeof nodesTold>) {
  if (!nodes || state !== 'canary' || percent === null) return null
  const isTheirs = Math.abs((100 * nodes.ok) / nodes.heard - percent) < 1
  return isTheirs ? `${nodes.ok} of ${nodes.heard} nodes have it` : null
}

/** Whether it was a drill, who says so, and what an operator may say instead. */
function drillOf(release: ReleaseView) {
  const is = isDrill(release)
  return { is, by: release.corrected_drill ? 'An operator said so.' : is ? 'Its source said so.' : '' }
}

/** Only what a browser may safely follow. */
function isWebLink(url: unknown): url is string {
  return typeof url === 'string' && /^https?:\/\//i.test(url)
}

function linksOf(release: ReleaseView, previous: string | null) {
  const { run_url, commit_url, changelog_url, target_url, commit } = release
  const links = [
    { href: commit_url, words: commit ? `commit ${commit.slice(0, 7)}` : 'commit' },
    { href: run_url, words: 'pipeline' },
    { href: changelog_url, words: previous ? `changes since ${previous}` : 'changes' },
    { href: target_url, words: 'where it runs' },
  ]
  return links.filter((link): link is { href: string; words: string } => isWebLink(link.href))
}

const pointerWords: Record<Pointer, string> = {
  previous: 'Replaced',
  reverts: 'Took back',
  restores: 'Went back to',
  undone_by: 'Undone by',
  superseded_by: 'Replaced by',
}

function pointersOf(release: ReleaseView, related: Awaited<ReturnType<typeof relatives>>) {
  const isSaid = (pointer: string) =>
    (pointer === 'superseded_by' && related('undone_by')) || // undone by it, which says more
    (pointer === 'previous' && related('reverts')?.id === related('previous')?.id)
  return Object.entries(pointerWords).flatMap(([pointer, words]) => {
    const other = related(pointer as Pointer)
    if (!other || isSaid(pointer)) return []
    const from = pointer === 'reverts' && isDrill(release) ? 'Went back from' : words
    return [{ words: from, id: other.id, name: other.name }]
  })
}

/** Along the arrow of the way back: "back to 2.13.4 in 3 min, the release had taken 27 min". */
function backWords(release: ReleaseView, undoing: Times | null) {
  if (!undoing) return 'taken back'
  const [back, there] = [secondsTaken(undoing), release.took_seconds]
  const took = back === null ? '' : ` in ${seconds(back)}`
  const had = back === null || there === null ? '' : `, the release had taken ${seconds(there)}`
  return `back to ${undoing.name}${took}${had}`
}

type Times = { name: string } & Parameters<typeof secondsTaken>[0]
