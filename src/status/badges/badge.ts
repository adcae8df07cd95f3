import { componentAmong, type PublicComponent, publicComponents } from '../../components/public.ts'
import type { Context } from '../../platform/context.ts'
import { Refusal } from '../../platform/refusal.ts'
import { readSite } from '../../site/store.ts'
import { type Badge, labelOf, type Metric, notFound, notKnown, statusBadge, versionBadge } from './model.ts'

type Asked = { component?: string | undefined; metric: Metric | null; label?: string | undefined }

/** The badge of the page, or of one component; null for a component that customers do not know. */
export async function badgeFor(ctx: Context, { component: name, metric, label: given }: Asked) {
  const { name: page } = await readSite(ctx)
  const all = await publicComponents(ctx)
  const component = name ? among(all, name) : null
  const label = labelOf(given ?? component?.name ?? page) ?? page
  if (name && !component) return { badge: notFound(label), found: false }
  return { badge: metric ? told(metric, label, all, component) : notKnown(label), found: metric !== null }
}

function told(metric: Metric, label: string, all: PublicComponent[], one: PublicComponent | null): Badge {
  if (metric === 'status') return statusBadge(label, one ? [one] : all)
  return metric === 'version' && one ? versionBadge(label, one) : notKnown(label)
}

function among(all: PublicComponent[], name: string): PublicComponent | null {
  try {
    return componentAmong(all, name)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
