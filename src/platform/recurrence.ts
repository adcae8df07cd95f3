import { RRuleTemporal } from 'rrule-temporal'
import { z } from 'zod'
import { dateIn, fromWallClock, wallMinute } from './zone.ts'

/**
 * What repeats (RFC 5545, 3.3.10), on the wall clock of a zone: 02:00 stays 02:00 across daylight saving. A time that a
 * night skips is meant as the same distance after the gap, where the RFC would leave that night out: nobody wants the
 * work of one night to vanish. Pure.
 */

const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const
type Frequency = (typeof frequencies)[number]
const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const

/** What a part of a rule may be. The time of day is that of the first start, so no part sets it. */
const parts: Record<string, RegExp> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,9}$/,
  UNTIL: /^\d{8}(T\d{6}Z?)?$/,
  BYDAY: /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)){0,6}$/,
  BYMONTHDAY: /^-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01])){0,30}$/,
  BYMONTH: /^([1-9]|1[0-2])(,([1-9]|1[0-2])){0,11}$/,
  BYSETPOS: /^-?[1-9]\d?(,-?[1-9]\d?){0,9}$/,
  WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
}
const longestRule = 200
const day = 86_400_000
/** Nothing is looked for further ahead than this. */
const yearsAhead = 10

/** A rule as it is kept, or in plain words why it cannot be one. */
function readRule(text: string): { rule: string } | { fault: string } {
  const rule = text
    .trim()
    .replace(/^RRULE:/i, '')
    .toUpperCase()
    .replace(/;$/, '')
  if (rule.length > longestRule) return { fault: 'The rule is too long.' }
  const said = rule.split(';').map((part) => part.split('=', 2))
  const names = said.map(([name = '']) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) return { fault: `The rule says ${twice} twice.` }
  const frequency = said.find(([name]) => name === 'FREQ')?.[1]
  if (!frequency) return { fault: 'Write a rule like FREQ=WEEKLY;BYDAY=TU.' }
  if (/^(SECOND|MINUTE|HOUR)LY$/.test(frequency)) return { fault: 'It can repeat once a day at most.' }
  for (const [name = '', value = ''] of said) {
    const known = Object.hasOwn(parts, name) ? parts[name] : undefined
    if (!known) return { fault: `The rule has a part that is not understood here: ${shortened(name)}.` }
    if (!known.test(value)) return { fault: `The rule’s ${name} is not understood: ${shortened(value)}.` }
  }
  if (names.includes('COUNT') && names.includes('UNTIL')) {
    return { fault: 'The rule has both COUNT and UNTIL. One of them says when it ends.' }
  }
  return { rule }
}

/** An RRULE that somebody sends. */
export const repeats = z
  .string()
  .max(1000, 'The rule is too long.')
  .transform((text, ctx) => {
    const read = readRule(text)
    if ('rule' in read) return read.rule
    ctx.addIssue({ code: 'custom', message: read.fault })
    return z.NEVER
  })

type Series = { rule: string; time_zone: string; first_wall: string }

/** The moments after one at which it starts, oldest first, at most so many. A rule that never ends is only looked into. */
export function startsAfter(series: Series, after: string, most: number): string[] {
  const { rule, first_wall, time_zone } = series
  const moment = (floating: number) => {
    const [date = '', time = ''] = new Date(floating).toISOString().slice(0, 16).split('T')
    return fromWallClock(date, time, time_zone)
  }
  // the wall clock is counted as if it were UTC: no day of it is longer than another
  const dtstart = `DTSTART:${first_wall.replaceAll(/[-:]/g, '')}00Z`
  const expanded = new RRuleTemporal({ rruleString: `${dtstart}\nRRULE:${floatingUntil(rule, time_zone)}` })
  const from = Math.max(Date.parse(after) - 2 * day, Date.parse(`${first_wall}Z`) - day)
  const found: string[] = []
  const end = from + yearsAhead * 366 * day
  // in growing strides: most rules repeat often, and one that does not is soon at its end
  for (let begin = from, stride = 32 * day; begin < end && found.length < most; stride *= 4) {
    const to = Math.min(begin + stride, end)
    for (const one of expanded.between(new Date(begin), new Date(to - 1), true)) {
      const at = moment(one.epochMilliseconds)
      if (at > after && found.length < most && at !== found.at(-1)) found.push(at)
    }
    begin = to
  }
  return found
}

/** UNTIL as the wall clock of the zone shows it; without a time, to the end of that day. */
function floatingUntil(rule: string, zone: string): string {
  return rule.replace(/UNTIL=(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?/, (_, ...found) => {
    const [year, month, date, hour, minute, second, utc] = found
    if (hour === undefined) return `UNTIL=${year}${month}${date}T235959Z`
    if (utc !== 'Z') return `UNTIL=${year}${month}${date}T${hour}${minute}${second}Z`
    const at = new Date(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`)
    if (Number.isNaN(at.getTime())) return `UNTIL=${year}${month}${date}T235959Z`
    return `UNTIL=${wallMinute(at.toISOString(), zone).replaceAll(/[-:]/g, '')}59Z`
  })
}

/** Why a rule cannot repeat what starts first at a moment; null when it can. */
export function faultOfSeries(series: Series, first: string): string | null {
  const before = new Date(Date.parse(first) - 1).toISOString()
  const [next] = startsAfter(series, before, 1)
  if (!next) return 'By this rule it never takes place. Look at its end, and at the days it names.'
  if (next !== first)
    return `By this rule it does not take place on its first day, but first on ${dateIn(next, series.time_zone)}.`
  return null
}

/** How often it repeats, as far as a few words can say; `days` are 0 for Monday to 6. Null: only the rule itself says it. */
export function repetitionOf(rule: string): { every: Frequency; interval: number; days: number[] } | null {
  const said = new Map(rule.split(';').map((part) => part.split('=', 2) as [string, string]))
  const every = said.get('FREQ') as Frequency
  const named = said.get('BYDAY')?.split(',') ?? []
  const known = ['FREQ', 'INTERVAL', 'WKST', ...(every === 'WEEKLY' ? ['BYDAY'] : [])]
  if ([...said.keys()].some((name) => !known.includes(name))) return null
  const at = named.map((name) => days.indexOf(name as (typeof days)[number]))
  return at.includes(-1) ? null : { every, interval: Number(said.get('INTERVAL') ?? 1), days: at }
}

function shortened(text: string) {
  return text.length > 30 ? `${text.slice(0, 30)}…` : text || 'nothing'
}
