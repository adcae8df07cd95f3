import { type ComponentStatus, worstStatus } from '../../components/model.ts'
import type { PublicComponent } from '../../components/public.ts'
import { percentOf } from '../../components/uptime.ts'
import type { Words } from '../../site/words/index.ts'

/** A badge before it has a format: two words and a colour by the name that shields.io gives it. */
export type Badge = { label: string; message: string; color: string }

export const metrics = ['status', 'uptime', 'version'] as const
export type Metric = (typeof metrics)[number]
export const styles = ['flat', 'flat-square'] as const

const colors: Record<ComponentStatus, string> = {
  operational: 'brightgreen',
  degraded_performance: 'yellow',
  partial_outage: 'orange',
  major_outage: 'red',
  under_maintenance: 'blue',
}
const unknown = 'lightgrey'
const longestLabel = 60

/** The worst status of these components; of none, nothing is known. */
export function statusBadge(
  label: string,
  components: readonly Pick<PublicComponent, 'status'>[],
  t: Words,
): Badge {
  if (components.length === 0) return notKnown(label, t)
  const status = worstStatus(components.map((component) => component.status))
  return { label, message: t.status[status].toLowerCase(), color: colors[status] }
}

/** What runs in production; in the first environment of it when there are several. */
export function versionBadge(label: string, { live }: Pick<PublicComponent, 'live'>, t: Words): Badge {
  const version = live[0]?.version
  return version ? { label, message: version, color: 'blue' } : notKnown(label, t)
}

/** `uptime` is between 0 and 1, and null when nothing is known of that time. */
export function uptimeBadge(label: string, uptime: number | null, t: Words): Badge {
  const message = percentOf(uptime)
  if (uptime === null || message === null) return notKnown(label, t)
  const color = uptime >= 0.999 ? 'brightgreen' : uptime >= 0.99 ? 'green' : uptime >= 0.95 ? 'yellow' : 'red'
  return { label, message, color }
}

export function notKnown(label: string, { badge: t }: Words): Badge {
  return { label, message: t.unknown, color: unknown }
}

export function notFound(label: string, { badge: t }: Words): Badge {
  return { label, message: t.not_found, color: unknown }
}

/** A label in one line, without what has no place in XML; null when nothing is left. */
export function labelOf(text: string): string | null {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}\u{FFFE}\u{FFFF}]+/gu, ' ')
    .trim()
  return line === '' ? null : [...line].slice(0, longestLabel).join('')
}
