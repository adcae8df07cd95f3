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
  const { tide, steps, incidents } = await publicStory(ctx, release)
  const neighbours = await publicNeighbours(ctx, release)
  const t = wordsFor(language).past.release
  const story = releaseStory({ release, steps, incidents, neighbours }, t)
  const ended = incidents.some((one) => one.id === release.incident?.id) ? null : release.incident
  const [first, last] = [story[0]?.at ?? release.at, story.at(-1)?.at ?? release.at]
  return {
    release,
    line: logLine(release, (await environmentsTold(ctx)) > 1),
    head: headOf(release),
    story,
    zone: zoneOver(time_zone, first, last),
    neighbours,
    ...others(release, { ended, isPartTold: steps.length > 0 }),
    tide,
    back_words: release.undone_at ? backWords(release, neighbours.undone_by, t) : '',
  }
}

/** What is to be told and is no moment of its story; `more` says whether there is any of it. */
function others(release: PublicRelease, told: { ended: PublicRelease['incident']; isPartTold: boolean }) {
  const { kind, percent, reverts_version, rolled_forward_reason } = release
  const reached = !told.isPartTold && percent !== null && percent < 100 ? percent : null
  const went_from = kind === 'rollback' ? reverts_version : null
  const all = { reached, went_from, ended: told.ended, rolled_forward_reason }
  return { ...all, more: Object.values(all).some((one) => one !== null) }
}

/** Where a release stands: what was undone is over, however well it had gone live; a rollback says from what. */
function headOf(release: PublicRelease): Pick<LogLine, 'verb' | 'icon' | 'tone'> {
  const { undone_at, first_exposed_at, live_at, reverts_version } = release
  const from = first_exposed_at ?? live_at
  if (!undone_at || !from) {
    const line = logLine(release, false)
    const goes = ['Rolled back', 'Rolling back'].includes(line.verb) && reverts_version
    return goes ? { ...line, verb: `${line.verb} from ${reverts_version}` } : line
  }
  return { verb: `Rolled back after ${duration(from, undone_at)}`, icon: 'rollback', tone: 'rollback' }
}

type Undoing = Awaited<ReturnType<typeof publicNeighbours>>['undone_by']

/** Along the arrow of the way back; what undid itself went nowhere that we know of. */
function backWords({ took_seconds }: PublicRelease, undoing: Undoing, t: Words['past']['release']) {
  if (!undoing) return ''
  const words = (took: number | null) => (took === null ? null : seconds(took))
  return t.arrow(undoing.version, words(undoing.took_seconds), words(took_seconds))
}
