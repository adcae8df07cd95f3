import { planFreeze } from '../gate/freezes.ts'
import type { Crew } from './incidents.ts'
import { by, type Calendar, type Step } from './timeline.ts'

/** Two freezes: one is over, one is to come. */
export function freezeSteps({ on }: Calendar, { ada, mari }: Crew): Step[] {
  const audit = {
    reason: 'The yearly audit of the ledgers',
    starts_at: on(44, '08:00'),
    ends_at: on(43, '18:00'),
    components: ['payments'],
  }
  const sale = {
    reason: 'The winter sale',
    starts_at: on(-4, '18:00'),
    ends_at: on(-7, '08:00'),
    may_pass: ['Mari'],
  }
  return [
    by(ada, { at: on(51, '16:20'), run: (ctx) => planFreeze(ctx, audit) }),
    by(mari, { at: on(6, '11:15'), run: (ctx) => planFreeze(ctx, sale) }),
  ]
}
