import type { Context } from '../platform/context.ts'
import { duration, seconds } from '../platform/zone.ts'
import { type PublicRelease, publicRelease } from '../releases/public.ts'
import { publicNeighbours, publicStory } from '../releases/public-story.ts'
import { readSite } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { zoneOver } from './history-months.ts'
import { type LogLine, logLine } from './log.ts'
import { environmentsTold } from './pages.ts'
import { releaseStory } from './release-story.ts'

/** The whole public story of one release. */
export async function releasePage(ctx: Context, id: string) {
  const release = await publicRelease(ctx, id)
  const { time_zone, language } = await readSite(ctx)
  const { tide, incidents, ...way } = await publicStory(ctx, release)
  const neighbours = await publicNeighbours(ctx, release)
  const words = wordsFor(language)
  const t = { ...words.past.release, time: words.time }
  const story = releaseStory({ release, ...way, incidents, neighbours }, t)
  const ended = incidents.some((one) => one.id === release.incident?.id) ? null : release.incident
  const [first, last] = [story[0]?.at ?? release.at, story.at(-1)?.at ?? release.at]
  return {
    release,
    line: logLine(release, (await environmentsTold(ctx)) > 1, words),
    head: headOf(release, words),
    story,
    zone: zoneOver(time_zone, first, last, words.time),
    neighbours,
    ...others(release, { ended, isPartTold: way.steps.length > 0 }),
    tide,
    back_words: release.undone_at ? backWords(release, neighbours.undone_by, words) : '',
  }
}

/** What is to be told and is no moment of its story; `more` says whether there is any of it. */
function others(release: PublicRelease, told: { ended: PublicRelease['incident']; isPartTold: boolean }) {
  const { kind, percent, percent_shown, reverts_version, rolled_forward_reason } = release
  const { most_percent, reverts_most_percent, undone_at, live_at } = release
  const known = percent_shown && percent !== null && percent > 0 && percent < 100 && !told.isPartTold
  const undone = undone_at !== null && live_at === null && (most_percent ?? 0) > 0
  const reached = undone ? most_percent : known ? percent : null
  const went_from = kind === 'rollback' ? reverts_version : null
  const all = { reached, went_from, ended: told.ended, rolled_forward_reason }
  const isPart = reverts_most_percent !== null && reverts_most_percent > 0 && reverts_most_percent < 100
  const had = isPart ? reverts_most_percent : null
  return { ...all, had, more: Object.values(all).some((one) => one !== null) }
}

/** Where a release stands: what was undone is over, however well it had gone live; a rollback says from what. */
function headOf(release: PublicRelease, t: Words): Pick<LogLine, 'verb' | 'icon' | 'tone'> {
  const { kind, state, undone_at, first_exposed_at, live_at, reverts_version, drill_at } = release
  const { head } = t.past.release
  const from = first_exposed_at ?? live_at
  if (undone_at && from) {
    const verb = head.undone_after(duration(from, undone_at, t.time))
    return { verb, icon: 'rollback', tone: 'rollback' }
  }
  const line = logLine(release, false, t)
  if (kind !== 'rollback' || !reverts_version || drill_at) return line
  if (live_at) return { ...line, verb: head.back_from(reverts_version) }
  const isOver = ['failed', 'cancelled', 'rolled_back'].includes(state)
  return isOver ? line : { ...line, verb: head.going_back_from(reverts_version) }
}

type Undoing = Awaited<ReturnType<typeof publicNeighbours>>['undone_by']

/** Along the arrow of the way back; what undid itself went nowhere that we know of. */
function backWords({ took_seconds }: PublicRelease, undoing: Undoing, t: Words) {
  if (!undoing) return ''
  const words = (took: number | null) => (took === null ? null : seconds(took, t.time))
  return t.past.release.arrow(undoing.version, words(undoing.took_seconds), words(took_seconds))
}
