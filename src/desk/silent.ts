const day = 86_400_000

/** The days on which a source was heard, as `2026-11-23`, oldest first, and when it was heard last. */
type Heard = { days: string[]; last_at: string }

/** Fewer days than this say nothing of what is usual. */
const fewest = 3
/** How many times as long as usual nothing was heard. */
const patience = 3

/**
 * Whether a source fell silent: nothing was heard for three times as long as usually lies between two of its days (the
 * median), and for at least a day. Who was heard on fewer than three days has no usual yet. A tool that releases on
 * working days is not silent on a Sunday. Pure.
 */
export function isSilent({ days, last_at }: Heard, now: Date): boolean {
  const usual = usualDays(days)
  if (usual === null) return false
  return now.getTime() - Date.parse(last_at) > Math.max(1, patience * usual) * day
}

/** How many days usually lie between two days of a source; null while nobody can say. */
function usualDays(days: string[]): number | null {
  if (days.length < fewest) return null
  const gaps = days.slice(1).map((one, before) => (Date.parse(one) - Date.parse(days[before] ?? one)) / day)
  return gaps.toSorted((one, other) => one - other)[Math.floor((gaps.length - 1) / 2)] ?? null
}
