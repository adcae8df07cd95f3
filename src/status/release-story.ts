import { duration, seconds } from '../platform/zone.ts'
import type { PublicRelease } from '../releases/public.ts'
import type { PublicStory, publicNeighbours } from '../releases/public-story.ts'
import type { Words } from '../site/words/index.ts'

type T = Words['past']['release'] & { time: Words['time'] }
type Neighbours = Awaited<ReturnType<typeof publicNeighbours>>
type Given = {
  release: PublicRelease
  steps: PublicStory['steps']
  dark_at: PublicStory['dark_at']
  incidents: PublicStory['incidents']
  neighbours: Neighbours
}

/** One thing that happened: when, what, and a link to what it was about. */
type Line = {
  at: string
  icon: string
  tone: string
  verb: string
  words: string
  link: { before: string; href: string; words: string; version: boolean } | null
}

/** What happened to a release, in the order in which it happened: a story is read from its beginning. Pure. */
export function releaseStory(given: Given, t: T): Line[] {
  const [first, ...rest] = wayOut(given, t)
  const begun = first ? [{ ...first, link: instead(given, t) }, ...rest] : []
  const lines = [...begun, ...incidentLines(given, t), ...wayBack(given, t)]
  // stable: at one moment, the order in which they are written here
  return lines.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
}

const plain = { tone: '', words: '', link: null }

/** From the start to everybody, or to where it ended. */
function wayOut({ release, steps, dark_at }: Given, t: T): Line[] {
  const { kind, state, started_at, live_at, finished_at, drill_at } = release
  const isBack = kind === 'rollback'
  const lines: Line[] = []
  if (started_at) {
    const verb = isBack && !drill_at ? t.back_started : t.started
    lines.push({ ...plain, at: started_at, icon: 'running', verb })
  }
  if (dark_at) {
    lines.push({ ...plain, at: dark_at, icon: 'dark', tone: 'partly', verb: t.dark, words: t.dark_words })
  }
  lines.push(...partLines(release, steps, t))
  if (live_at) {
    const tone = { icon: isBack ? 'rollback' : 'release', tone: isBack && !drill_at ? 'rollback' : '' }
    const verb = drill_at ? t.drill : isBack ? t.went_back : t.everybody
    lines.push({ ...plain, ...tone, at: live_at, verb, words: reachedAfter(release, t) })
  }
  if (finished_at && (state === 'failed' || state === 'cancelled')) {
    const verb = state === 'failed' ? t.failed : t.stopped
    lines.push({ ...plain, at: finished_at, icon: 'failed', tone: 'failed', verb })
  }
  return lines
}

/** A part of the customers, step by step; of a tool that tells no percent, when the first customers had it. */
function partLines({ first_exposed_at, live_at }: PublicRelease, steps: Given['steps'], t: T): Line[] {
  const part = { ...plain, icon: 'partly', tone: 'partly' }
  const isTold = steps.some(({ at }) => at === first_exposed_at) || first_exposed_at === live_at
  const first =
    first_exposed_at && !isTold ? [{ ...part, at: first_exposed_at, verb: t.first_customers }] : []
  const told = steps.map(({ at, percent }) => ({ ...part, at, verb: t.part(percent) }))
  return [...first, ...told]
}

function reachedAfter({ started_at, first_exposed_at, live_at }: PublicRelease, t: T) {
  if (!live_at) return ''
  if (started_at && started_at < live_at) return t.after_start(duration(started_at, live_at, t.time))
  const exposed = first_exposed_at && first_exposed_at < live_at ? first_exposed_at : null
  return exposed ? t.after_customers(duration(exposed, live_at, t.time)) : ''
}

/** What it took the place of, or goes back from: told where its story begins. */
function instead({ release, neighbours }: Given, t: T) {
  const { kind, reverts_release_id: id, reverts_version: version } = release
  if (kind === 'rollback') return id ? to(t.from, { id, version }, t) : null
  return neighbours.replaced ? to(t.replacing, neighbours.replaced, t) : null
}

function to(before: string, { id, version }: { id: string; version: string | null }, t: T): Line['link'] {
  return { before, href: `/releases/${id}`, words: version ?? t.no_version, version: true }
}

function incidentLines({ incidents }: Given, t: T): Line[] {
  return incidents.flatMap(({ id, title, started_at, resolved_at }) => {
    const link = { before: '', href: `/incidents/${id}`, words: title, version: false }
    const began = {
      ...plain,
      at: started_at,
      icon: 'partial_outage',
      tone: 'incident',
      verb: t.incident,
      link,
    }
    if (resolved_at === null) return [began]
    const words = t.resolved_after(duration(started_at, resolved_at, t.time))
    return [began, { ...plain, at: resolved_at, icon: 'operational', verb: t.incident_over, words, link }]
  })
}

/** What other releases did to it. */
function wayBack({ release, neighbours }: Given, t: T): Line[] {
  const { undone_at, replaced_at, first_exposed_at, live_at } = release
  const { undone_by, replaced_by } = neighbours
  const tone = { icon: 'rollback', tone: 'rollback' }
  const lines: Line[] = []
  if (undone_by?.kind === 'rollback' && undone_by.started_at) {
    lines.push({ ...plain, ...tone, at: undone_by.started_at, verb: t.undoing, link: to(t.to, undone_by, t) })
  }
  if (undone_at) {
    const from = first_exposed_at ?? live_at
    const took = undone_by?.took_seconds ?? null
    const words = [
      took === null ? '' : t.in_time(seconds(took, t.time)),
      from ? t.undone_after(duration(from, undone_at, t.time)) : '',
    ]
    const link = undone_by ? to(t.to, undone_by, t) : null
    lines.push({
      ...plain,
      ...tone,
      at: undone_at,
      verb: t.undone,
      words: words.filter(Boolean).join(', '),
      link,
    })
  } else if (replaced_at) {
    const link = replaced_by ? to(t.by, replaced_by, t) : null
    const words = replaced_by?.drill ? t.in_a_drill : ''
    lines.push({ ...plain, at: replaced_at, icon: 'release', verb: t.replaced, words, link })
  }
  return lines
}
