/** Component statuses, worst first: the first that applies is the component's status. */
export const componentStatuses = [
  'major_outage',
  'partial_outage',
  'degraded_performance',
  'under_maintenance',
  'operational',
] as const
export type ComponentStatus = (typeof componentStatuses)[number]

/** The word on the page for each status. */
export const statusWords: Record<ComponentStatus, string> = {
  major_outage: 'Major outage',
  partial_outage: 'Partial outage',
  degraded_performance: 'Degraded',
  under_maintenance: 'Maintenance',
  operational: 'Operational',
}

/** The worst of several statuses; operational when there are none. */
export function worstStatus(statuses: Iterable<string>): ComponentStatus {
  const present = new Set(statuses)
  return componentStatuses.find((status) => present.has(status)) ?? 'operational'
}

export const visibilities = ['public', 'private'] as const
export type Visibility = (typeof visibilities)[number]
