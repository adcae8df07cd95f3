import { momentOf } from './facts.ts'
import type { Telling } from './fold.ts'
import { isForEverybody } from './model.ts'
import type { RunEvent } from './order.ts'

/** Whom a run reaches after an event. How many customers have it stays open after success, until everybody does. */
export function expose(now: Telling, event: RunEvent) {
  const had = hasCustomers(now)
  const { percent, dark } = event.facts
  if (percent !== undefined) now.percent = wholePercent(percent)
  const isDark = dark ?? (percent ? false : now.dark_at !== null)
  now.dark_at = isDark ? (now.dark_at ?? event.effective_at) : null
  if (dark === false && now.percent === 0) now.percent = null
  if (now.undone_at || now.phase !== 'running') return
  if (percent === 0 && had && !isDark) now.aborted_at ??= event.effective_at
  if (now.aborted_at && (isDark || now.percent !== 0)) takeUpAgain(now)
  if (!now.aborted_at) count(now, event)
}

/** When its own run took it back; null while somebody has it, or may come to. */
export function undoneAt({ undone_at, aborted_at }: Telling) {
  return undone_at ?? aborted_at
}

/** Whether this attempt has brought it to some or all, and did not fail. */
function hasCustomers({ outcome, percent, live_at, dark_at }: Telling) {
  if (outcome !== null && outcome !== 'succeeded') return false
  return dark_at === null && ((percent ?? 0) > 0 || (outcome === 'succeeded' && live_at !== null))
}

/** It was taken back, and some get it again: live for everybody from then on only. */
function takeUpAgain(now: Telling) {
  now.aborted_at = null
  now.live_at = null
}

function count(now: Telling, event: RunEvent) {
  const everybody = now.outcome === 'succeeded' && isForEverybody(now)
  const reached = now.outcome === null || now.outcome === 'succeeded' ? now.percent : event.facts.percent
  const some = now.dark_at === null && (reached ?? 0) > 0
  if (some || everybody) {
    now.first_exposed_at ??= momentOf(event)
    now.most_percent = Math.max(now.most_percent ?? 0, everybody ? 100 : (reached ?? 0))
  }
  if (now.outcome === 'succeeded') now.live_at = everybody ? (now.live_at ?? momentOf(event)) : null
}

/** Whole, but never 0 or 100 when it is neither. */
function wholePercent(percent: number) {
  return percent > 0 && percent < 100 ? Math.min(99, Math.max(1, Math.round(percent))) : percent
}
