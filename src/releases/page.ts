import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { seconds } from '../platform/zone.ts'
import { releaseKinds } from '../sources/events.ts'
import { secondsTaken } from './model.ts'
import {
  eventsTold,
  incidentsOf,
  nameOf,
  type Pointer,
  type ReleaseView,
  readRelease,
  relatives,
} from './reading.ts'
import { storyOf } from './story.ts'
import { tideOf } from './tide.ts'
import { cautions, headline, kindByWords, kindWords, lookOf, tookWords } from './words.ts'

/** Everything the page of one release shows. */
export async function releasePage(ctx: Context, id: string) {
  const release = await readRelease(ctx, id)
  const events = await eventsTold(ctx, id)
  const incidents = await incidentsOf(ctx, id)
  const related = await relatives(ctx, release)
  const name = nameOf(release)
  const now = nowText(ctx)
  return {
    title: `${release.component_slug} ${name}`,
    release,
    headline: headline(release, now),
    look: lookOf(release.state),
    took: tookWords(release),
    kind_words: kindWords[release.kind as 'deploy'],
    kind_by_words: kindByWords[release.kind_by] ?? '',
    kinds: releaseKinds.map((kind) => ({ kind, words: kindWords[kind] })),
    cautions: cautions(release),
    links: linksOf(release),
    pointers: pointersOf(related),
    story: storyOf(release, events, incidents, related),
    tide: tideOf(events, incidents, {
      undone_at: release.undone_at,
      replaced_at: related('superseded_by')?.live_at ?? null,
      now,
    }),
    back_words: backWords(release, related('undone_by')),
    incidents,
  }
}

/** Only what a browser may safely follow. */
function isWebLink(url: unknown): url is string {
  return typeof url === 'string' && /^https?:\/\//i.test(url)
}

function linksOf(release: ReleaseView) {
  const { run_url, commit_url, changelog_url, target_url, commit } = release
  const links = [
    { href: commit_url, words: commit ? `commit ${commit.slice(0, 7)}` : 'commit' },
    { href: run_url, words: 'run' },
    { href: changelog_url, words: 'changes' },
    { href: target_url, words: 'where it runs' },
  ]
  return links.filter((link): link is { href: string; words: string } => isWebLink(link.href))
}

const pointerWords: Record<Pointer, string> = {
  previous: 'Came after',
  reverts: 'Took back',
  restores: 'Went back to',
  undone_by: 'Undone by',
  superseded_by: 'Replaced by',
}

function pointersOf(related: Awaited<ReturnType<typeof relatives>>) {
  return Object.entries(pointerWords).flatMap(([pointer, words]) => {
    const release = related(pointer as Pointer)
    const isSaid = pointer === 'superseded_by' && related('undone_by') // undone by it, which says more
    return release && !isSaid ? [{ words, id: release.id, name: release.name }] : []
  })
}

/** Along the arrow of the way back: "back to 2.13.4 in 3 min, the release had taken 27 min". */
function backWords(release: ReleaseView, undoing: Times | null) {
  if (!undoing) return 'undid itself'
  const [back, there] = [secondsTaken(undoing), release.took_seconds]
  const took = back === null ? '' : ` in ${seconds(back)}`
  const had = back === null || there === null ? '' : `, the release had taken ${seconds(there)}`
  return `back to ${undoing.name}${took}${had}`
}

type Times = { name: string } & Parameters<typeof secondsTaken>[0]
