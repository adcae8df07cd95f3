import { toneOf } from '../maintenance/look.ts'
import { type PublicMaintenance, publicMaintenance, type ToldMaintenance } from '../maintenance/public.ts'
import { currentMaintenances } from '../maintenance/public-lists.ts'
import type { Context } from '../platform/context.ts'
import { clock, dateIn, duration, full } from '../platform/zone.ts'
import { repeatWords } from '../site/repeat-words.ts'
import { readSite } from '../site/store.ts'
import { type Words, wordsFor } from '../site/words/index.ts'
import { monthOf, zoneOver } from './history-months.ts'

/** So much of what comes stands on a page; the calendar has the rest. */
const most = 6

type Scene = { time_zone: string; t: Words }

/** What runs and what comes, in the words of a page. */
export async function plannedWork(ctx: Context, { time_zone, t }: Scene, component_id?: string) {
  const asked = component_id ? { limit: most, component_id } : { limit: most }
  return (await currentMaintenances(ctx, asked)).map((one) => workLine(one, { time_zone, t }))
}

/** Planned work in one line, its times and its words decided. */
function workLine(work: PublicMaintenance, { time_zone, t }: Scene) {
  return {
    ...work,
    tone: toneOf(work.state),
    state_words: t.maintenance.states[work.state],
    repeat_words: repeatWords(work.repeats, t.maintenance),
    ...spanOf(work, { time_zone, t }),
  }
}

/** "Tue 24 Nov 2026, 02:00" to "03:00": the day is named again only where it is another. */
function spanOf(
  { starts_at, ends_at }: Pick<PublicMaintenance, 'starts_at' | 'ends_at'>,
  { time_zone, t }: Scene,
) {
  const isSameDay = dateIn(starts_at, time_zone) === dateIn(ends_at, time_zone)
  const to = isSameDay ? clock(ends_at, time_zone) : full(ends_at, time_zone, t.time)
  return { from: full(starts_at, time_zone, t.time), to }
}

/** The page of one piece of planned work. */
export async function maintenancePage(ctx: Context, id: string) {
  const work = await publicMaintenance(ctx, id)
  const { time_zone, language } = await readSite(ctx)
  const t = wordsFor(language)
  const month = monthOf(work.starts_at, time_zone)
  const { history } = t.past
  return {
    work: { ...workLine(work, { time_zone, t }), updates: toldOf(work, { time_zone, t }) },
    lasted: work.started_at && work.ended_at ? duration(work.started_at, work.ended_at, t.time) : '',
    zone: zoneOver(time_zone, work.starts_at, work.ends_at, t.time),
    month: { month, words: history.of_month(history.month(month)) },
  }
}

/** What an update tells, as Markdown, where nobody wrote anything too: for programs that show one text for each. */
export function textOf(
  update: ToldMaintenance['updates'][number],
  { body }: Pick<ToldMaintenance, 'body'>,
  { time_zone, t }: Scene,
): string {
  const words = (times: Parameters<typeof spanOf>[0]) => {
    const { from, to } = spanOf(times, { time_zone, t })
    return t.maintenance.span(from, to)
  }
  const { kind, note, was_starts_at: starts_at, was_ends_at: ends_at } = update
  const moved = starts_at && ends_at ? t.maintenance.moved(words(update), words({ starts_at, ends_at })) : ''
  const planned = kind === 'planned' ? `${body}\n\n${t.maintenance.planned(words(update))}`.trim() : ''
  const said = [moved, planned, note].filter((text) => text !== '').join('\n\n')
  return said || `${t.maintenance.kinds[kind]}.`
}

function toldOf({ updates }: ToldMaintenance, { time_zone, t }: Scene) {
  return updates.map((update) => {
    const { was_starts_at, was_ends_at } = update
    const was =
      was_starts_at && was_ends_at
        ? spanOf({ starts_at: was_starts_at, ends_at: was_ends_at }, { time_zone, t })
        : null
    const now = spanOf(update, { time_zone, t })
    return { ...update, words: t.maintenance.kinds[update.kind], was, now }
  })
}
