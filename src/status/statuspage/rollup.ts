import type { ComponentStatus } from '../../components/model.ts'
import type { PublicIncident } from '../../incidents/public-fields.ts'
import { indicators, type V2Status } from './model.ts'

type Indicator = V2Status['indicator']

/** Statuspage's own sentences, which programs compare letter by letter: they are not translated. */
const descriptions: Record<Indicator, string> = {
  none: 'All Systems Operational',
  maintenance: 'Service Under Maintenance',
  minor: 'Partially Degraded Service',
  major: 'Partial System Outage',
  critical: 'Major Service Outage',
}

/**
 * The one indicator of the whole page. The worst status of any component wins: a major outage of at least half of
 * them is critical, any other outage major, anything degraded minor, else maintenance, else none. An open incident
 * can only raise it to its own impact; a minor one while every component works is a "Minor Service Outage".
 */
export function rollup(
  statuses: readonly ComponentStatus[],
  open: readonly Pick<PublicIncident, 'impact'>[],
): V2Status {
  const suffered = ofComponents(statuses)
  const indicator = worst([suffered, ...open.map(({ impact }) => impact)])
  const unexplained = indicator === 'minor' && suffered !== 'minor'
  return { indicator, description: unexplained ? 'Minor Service Outage' : descriptions[indicator] }
}

function ofComponents(statuses: readonly ComponentStatus[]): Indicator {
  const count = (status: ComponentStatus) => statuses.filter((one) => one === status).length
  const down = count('major_outage')
  if (down > 0 && down * 2 >= statuses.length) return 'critical'
  if (down > 0 || count('partial_outage') > 0) return 'major'
  if (count('degraded_performance') > 0) return 'minor'
  return count('under_maintenance') > 0 ? 'maintenance' : 'none'
}

function worst(found: readonly Indicator[]): Indicator {
  return indicators.findLast((indicator) => found.includes(indicator)) ?? 'none'
}
