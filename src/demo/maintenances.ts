import { planMaintenance } from '../maintenance/actions.ts'
import { followClock } from '../maintenance/by-clock.ts'
import type { Crew } from './incidents.ts'
import { by, type Calendar, type Step } from './timeline.ts'

/** Two pieces of planned work: one is over, one is to come. */
export function maintenanceSteps({ on }: Calendar, { ada, mari }: Crew): Step[] {
  const disks = {
    title: 'Moving payments to larger disks',
    body: 'Payments are a little slower for an hour. Nothing is lost, and orders can be placed.',
    starts_at: on(23, '02:00'),
    ends_at: on(23, '03:30'),
    components: ['payments'],
  }
  const search = {
    title: 'A new index for the search',
    body: 'New articles may be missing from the search until it is done. Browsing by category works.',
    starts_at: on(-3, '02:00'),
    ends_at: on(-3, '04:00'),
    components: ['search'],
  }
  const shiplog = { kind: 'system' as const, id: null, name: 'Shiplog' }
  return [
    by(ada, { at: on(27, '10:40'), run: (ctx) => planMaintenance(ctx, disks) }),
    by(shiplog, { at: on(23, '02:00'), run: followClock }),
    by(shiplog, { at: on(23, '03:30'), run: followClock }),
    by(mari, { at: on(4, '14:05'), run: (ctx) => planMaintenance(ctx, search) }),
  ]
}
