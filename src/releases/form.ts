import { z } from 'zod'
import type { Fields } from '../platform/forms.ts'
import { fromWallClock } from '../platform/zone.ts'
import { HandRelease } from './by-hand.ts'

/** The form for a release by hand: when it happened is typed as a wall clock in the page's zone. */
export function handForm(time_zone: string) {
  return HandRelease.omit({ at: true })
    .extend({ date: z.iso.date('Give a date.').optional(), time: z.iso.time('Give a time.').optional() })
    .transform(({ date, time, ...said }, context) => {
      if (!date && !time) return said
      if (date && time) return { ...said, at: fromWallClock(date, time, time_zone) }
      const field = date ? 'time' : 'date'
      context.addIssue({ code: 'custom', path: [field], message: `Give the ${field} too, or neither.` })
      return z.NEVER
    })
}

/** What was left empty was not said. */
export function filled(fields: Record<string, unknown>): Fields {
  const said = Object.entries(fields).filter(([, value]) => String(value ?? '').trim() !== '')
  return Object.fromEntries(said) as Fields
}
