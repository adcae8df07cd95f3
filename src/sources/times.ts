const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})? ?(Z|UTC|[+-]\d\d:?\d\d)$/i
const earliest = Date.UTC(1990, 0, 1)
const latest = Date.UTC(2200, 0, 1)

/**
 * A moment in any of the spellings that deploy tools use (RFC 3339 to the nanosecond, `2026-11-23 05:27:05 UTC`,
 * seconds or milliseconds since 1970 as number or text), as UTC ISO text with milliseconds; null when it is none.
 */
export function readTime(value: unknown): string | null {
  const moment =
    typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value) ? fromText(value) : fromEpoch(value)
  if (moment === null || !isOfOurTime(moment)) return null
  return new Date(moment).toISOString()
}

/** Whether a moment can be one of a release or an incident. Years before 0 and after 9999 would not even sort. */
export function isOfOurTime(moment: number | string): boolean {
  const at = typeof moment === 'string' ? Date.parse(moment) : moment
  return at >= earliest && at < latest
}

function fromEpoch(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null
  const number = Number(value)
  return Math.floor(Math.abs(number) < 1e11 ? number * 1000 : number)
}

function fromText(text: string): number | null {
  const [, year, month, day, clock, fraction = '', zone = ''] = rfc3339.exec(text.trim()) ?? []
  if (!day) return null
  const offset = /^(Z|UTC)$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const moment = Date.parse(`${year}-${month}-${day}T${clock}${fraction.slice(0, 4)}${offset}`)
  // 30 February would silently become 2 March
  const calendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return calendar.getUTCDate() === Number(day) ? moment : null
}
