import type { EventFacts, EventType } from '../sources/events.ts'
import type { RunEvent } from './order.ts'
import { sharesTold } from './shares.ts'

/** The drawing's own units; the page scales it as a whole. */
const box = { width: 680, height: 190, left: 40, right: 660, top: 58, ground: 140 }
const labelWidth = 72
const bandLabel = 150
const levelBox = { width: 40, height: 13 }
const mostSteps = 100
const anyPart = 50
const quiet = 36

type Told = Omit<RunEvent, 'type' | 'facts'> & { type: string; facts: string }
type Span = { started_at: string; resolved_at: string | null }
type Ends = {
  /** When going back from it was asked for. */
  asked_at?: string | null
  undone_at: string | null
  replaced_at: string | null
  now: string
  /** Draws any part of the customers alike, and says of none how many they are. */
  vague?: boolean
}

/** How many customers had a release over time, as a drawing; null when it never reached any. */
export function tideOf(told: readonly Told[], incidents: readonly Span[], ends: Ends) {
  const steps = stepsOf(told, ends)
  const [first] = steps
  if (!first || steps.every((step) => step.percent === 0)) return null
  const over = ends.undone_at ?? ends.replaced_at ?? ends.now
  const marks = marksOf(steps, ends)
  const last = [over, ...incidents.map((incident) => incident.resolved_at ?? over)].sort().at(-1) ?? over
  const x = scale(first.at, last)
  return {
    ...box,
    path: pathOf(steps, over, x),
    levels: legible(
      steps
        .filter(({ percent }) => percent === 100 || (percent > 0 && !ends.vague))
        .map((step) => ({ percent: step.percent, x: x(step.at) - 6, y: besideLine(step, steps) })),
    ),
    ticks: withoutOverlap(
      anchored(marks.map((mark) => ({ ...mark, x: x(mark.at), anchor: 'middle' as const }))),
    ),
    bands: incidents
      .filter(({ started_at }) => started_at <= last)
      .map((incident) => bandOf(incident, x(first.at), x(incident.resolved_at ?? over), x)),
    /** Nothing is drawn above this: the room over the drawing is for the way back and what went wrong. */
    from: ends.undone_at || incidents.length > 0 ? 0 : quiet,
    back: ends.undone_at
      ? { from: x(ends.undone_at), to: x(first.at), y: y(heightBefore(steps, ends.undone_at)) }
      : null,
    /** Whether clocks alone would not tell the days apart. */
    long: Date.parse(last) - Date.parse(first.at) > 20 * 60 * 60_000,
  }
}

type Step = { at: string; percent: number }

/** Each moment at which the number of customers changed, told by the events one after the other. */
function stepsOf(told: readonly Told[], { undone_at, replaced_at, vague = false }: Ends): Step[] {
  const events = told.map((event) => ({
    ...event,
    type: event.type as EventType,
    facts: JSON.parse(event.facts) as EventFacts,
  }))
  const steps: Step[] = []
  for (const [index, { at, percent: share, started_at }] of sharesTold(events).entries()) {
    const percent = vague && share > 0 && share < 100 ? anyPart : share
    if (percent !== steps.at(-1)?.percent) steps.push({ at: index === 0 ? (started_at ?? at) : at, percent })
  }
  const end = undone_at ?? replaced_at
  return withoutCrowd(end ? [...steps.filter(({ at }) => at < end), { at: end, percent: 0 }] : steps)
}

/** A tool may tell of every second; what stands closer than can be drawn apart is left out. */
function withoutCrowd(steps: Step[]): Step[] {
  const [first, last] = [steps[0]?.at ?? '', steps.at(-1)?.at ?? '']
  const apart = (Date.parse(last) - Date.parse(first)) / mostSteps
  const kept: Step[] = []
  for (const step of steps) {
    const before = kept.at(-1)
    const isTurn = [0, 100].includes(step.percent) || before?.percent === 0 || step.at === last
    if (!before || isTurn || Date.parse(step.at) - Date.parse(before.at) >= apart) kept.push(step)
  }
  return kept
}

/** How many had it when it was taken back. */
function heightBefore(steps: Step[], at: string) {
  return steps.findLast((step) => step.at < at)?.percent ?? 0
}

/** An incident, from when the drawing begins at the earliest; its label stays inside the drawing. */
function bandOf({ started_at, resolved_at }: Span, begin: number, end: number, x: (at: string) => number) {
  const from = Math.max(begin, x(started_at))
  const isLate = from > box.right - bandLabel
  const label = isLate ? { x: end - 6, anchor: 'end' } : { x: from + 6, anchor: 'start' }
  return { x: from, width: Math.max(2, rounded(end - from)), started_at, resolved_at, label }
}

type Mark = { at: string; what: 'started' | 'first' | 'everybody' | 'asked' | 'back' | 'replaced' }

function marksOf(steps: Step[], { asked_at, undone_at, replaced_at }: Ends) {
  const marks: Mark[] = [{ at: steps[0]?.at ?? '', what: steps[0]?.percent === 0 ? 'started' : 'first' }]
  const exposed = steps.find(({ percent }) => percent > 0)
  const everybody = steps.find(({ percent }) => percent === 100)
  if (exposed && exposed.percent < 100) marks.push({ at: exposed.at, what: 'first' })
  if (everybody) marks.push({ at: everybody.at, what: 'everybody' })
  if (asked_at && undone_at && asked_at < undone_at) marks.push({ at: asked_at, what: 'asked' })
  if (undone_at) marks.push({ at: undone_at, what: 'back' })
  else if (replaced_at) marks.push({ at: replaced_at, what: 'replaced' })
  return marks
}

function scale(from: string, to: string) {
  const start = Date.parse(from)
  const span = Math.max(1, Date.parse(to) - start)
  const room = box.right - box.left - 2 * labelWidth
  return (at: string) => rounded(box.left + labelWidth + (room * (Date.parse(at) - start)) / span)
}

function y(percent: number) {
  return rounded(box.ground - ((box.ground - box.top) * percent) / 100)
}

function rounded(value: number) {
  return Math.round(value * 10) / 10
}

function pathOf(steps: Step[], over: string, x: (at: string) => number) {
  const moves = steps.map(({ at, percent }) => `H${x(at)}V${y(percent)}`)
  return `M${x(steps[0]?.at ?? over)} ${box.ground}${moves.join('')}H${x(over)}V${box.ground}Z`
}

type Tick = Mark & { x: number; anchor: 'start' | 'middle' | 'end' }

/** Asked and back are minutes apart: then one label stands before its tick and the other behind. */
function anchored(ticks: Tick[]): Tick[] {
  const [asked, back] = [
    ticks.find(({ what }) => what === 'asked'),
    ticks.find(({ what }) => what === 'back'),
  ]
  if (!asked || !back || back.x - asked.x >= labelWidth) return ticks
  asked.anchor = 'end'
  back.anchor = 'start'
  return ticks
}

/** Beside its step, or over the line where that comes from about as high. */
function besideLine(step: Step, steps: Step[]) {
  const height = y(step.percent)
  const before = y(steps[steps.indexOf(step) - 1]?.percent ?? 0)
  return Math.abs(before - height) < levelBox.height ? Math.min(before, height) - 6 : height + 4
}

/** Of shares that would be written over each other the later one stays: each node that reports moves a share a little. */
function legible<Level extends { x: number; y: number }>(levels: Level[]): Level[] {
  const kept: Level[] = []
  for (const level of levels.toReversed()) {
    const isFree = kept.every(
      ({ x, y }) => x - level.x >= levelBox.width || Math.abs(y - level.y) >= levelBox.height,
    )
    if (isFree) kept.unshift(level)
  }
  return kept
}

/** Labels that would cover each other are left out; the log below tells of them all. */
function withoutOverlap(ticks: Tick[]): Tick[] {
  const before = { start: 0, middle: labelWidth / 2, end: labelWidth }
  const kept: Tick[] = []
  for (const tick of ticks.toReversed()) {
    const next = kept[0]
    const room = next ? next.x - before[next.anchor] : Number.POSITIVE_INFINITY
    if (tick.x + labelWidth - before[tick.anchor] <= room) kept.unshift(tick)
  }
  return kept
}
