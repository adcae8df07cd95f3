import type { PublicMark } from '../releases/public-marks.ts'
import { drawnDays, shownDays, step } from './scale.ts'

/** The arcs of the ways back: from the pennant of the bad release to that of the one restored. Pure. */

/** How high a curve is pulled: over the digits that stand above the pennants on its way. */
const over = -1.5

/** From x to x; `to` is null when what was restored was released before the first day drawn. */
type Arc = { from: number; to: number | null; counted: boolean; under_way: boolean }

/**
 * `counted`: the days with a digit above the pennant, which an arrow has to go around. Unless the marks are `complete`,
 * what was restored and is not among them may be hidden instead of old: then no arc says that it is old.
 */
export function arcsOf(marks: readonly PublicMark[], counted: readonly boolean[], complete: boolean) {
  const told = complete
    ? marks
    : marks.filter((mark) => marks.some(({ id }) => id === mark.restores_release_id))
  const arcs = told.flatMap((mark) => arcOf(mark, marks, counted))
  const path = (under_way: boolean) =>
    arcs
      .filter((arc) => arc.under_way === under_way)
      .map((arc) => curve(arc))
      .join('')
  return {
    done: path(false),
    under_way: path(true),
    heads: arcs.map(head).join(''),
    /** Arrows for windows that show fewer days, where they cut an arc off. */
    cut: shownDays
      .slice(1)
      .map((length) => ({ length, path: cutAt((drawnDays - length) * step, arcs) }))
      .filter(({ path }) => path !== ''),
  }
}

function arcOf(mark: PublicMark, marks: readonly PublicMark[], counted: readonly boolean[]): Arc[] {
  if (mark.kind !== 'rollback' || mark.drill_at !== null) return []
  const under_way = mark.live_at === null && (mark.state === 'running' || mark.state === 'canary')
  if (mark.live_at === null && !under_way) return []
  const bad = marks.find(({ id }) => id === mark.reverts_release_id)
  const restored = marks.find(({ id }) => id === mark.restores_release_id)
  // what went wrong may be older than what is drawn: then the arc begins where the way back was taken
  const from = bad && bad.day >= 0 ? bad.day : mark.day
  const to = restored && restored.day >= 0 ? restored.day : null
  // clocks that disagree may tell of a way back to what came later: an arc goes back, or is not drawn
  if (from < 0 || (to !== null && to >= from)) return []
  const pole = (day: number) => day * step + 2.5
  return [
    { from: pole(from), to: to === null ? null : pole(to), counted: counted[to ?? -1] === true, under_way },
  ]
}

/** Where the arrow ends, and how far the curve is pulled at both ends. */
function shapeOf({ from, to, counted }: Arc) {
  const end = to === null ? 1 : to + (counted ? 8 : 3)
  const y = to === null ? 3.5 : counted ? 8 : 9
  const pull = Math.min(7, Math.max(1, Math.round((from - end) / 3)))
  return { from, end, y, near: from - pull, far: end + pull }
}

function curve(arc: Arc) {
  const { from, end, y, near, far } = shapeOf(arc)
  return `M${from} 11C${near} ${over} ${far} ${over} ${end} ${y}`
}

function head(arc: Arc) {
  const { end, y } = shapeOf(arc)
  return arc.to === null
    ? `M${end + 5} ${round(y - 2.7)}l-5 2.7 5 2.7`
    : `M${end - 0.5} ${y - 5.5}l.5 5.5 5-2.5`
}

function cutAt(edge: number, arcs: readonly Arc[]) {
  return arcs
    .filter(({ from, to }) => from > edge + 8 && (to === null || to + 3 < edge))
    .map((arc) => `M${edge + 5} ${round(heightAt(edge, arc) - 3)}l-4 3 4 3`)
    .join('')
}

/** The arc's y at an x: a cubic curve, halved until it is near enough. */
function heightAt(x: number, arc: Arc) {
  const { from, end, y, near, far } = shapeOf(arc)
  const cubic = (t: number, a: number, b: number, c: number, d: number) =>
    (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d
  let [low, high] = [0, 1]
  for (let round = 0; round < 12; round++) {
    const middle = (low + high) / 2
    if (cubic(middle, from, near, far, end) > x) low = middle
    else high = middle
  }
  return cubic(low, 11, over, over, y)
}

function round(value: number) {
  return Math.round(value * 10) / 10
}
