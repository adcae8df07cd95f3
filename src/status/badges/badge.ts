import { lastDays, startOfDate } from '../../components/calendar.ts'
import { componentAmong, type PublicComponent, publicComponents } from '../../components/public.ts'
import { publicImpacts } from '../../components/public-impacts.ts'
import { addUp, momentOf, secondOf, tally, worstOverTime } from '../../components/uptime.ts'
import { type Context, nowText } from '../../platform/context.ts'
import { Refusal } from '../../platform/refusal.ts'
import { readSite } from '../../site/store.ts'
import { type Words, wordsFor } from '../../site/words/index.ts'
import {
  type Badge,
  labelOf,
  type Metric,
  notFound,
  notKnown,
  statusBadge,
  uptimeBadge,
  versionBadge,
} from './model.ts'

type Asked = { component?: string | undefined; metric: Metric | null; label?: string | undefined }

/** The badge of the page, or of one component; null for a component that customers do not know. */
export async function badgeFor(ctx: Context, { component: name, metric, label: given }: Asked) {
  const { name: page, language } = await readSite(ctx)
  const t = wordsFor(language)
  const all = await publicComponents(ctx)
  const component = name ? among(all, name) : null
  const label = labelOf(given ?? component?.name ?? page) ?? page
  if (name && !component) return { badge: notFound(label, t), found: false }
  const badge = metric ? await told(ctx, { metric, label, all, component, t }) : notKnown(label, t)
  return { badge, found: metric !== null }
}

type Told = {
  metric: Metric
  label: string
  all: PublicComponent[]
  component: PublicComponent | null
  t: Words
}

async function told(ctx: Context, { metric, label, all, component, t }: Told): Promise<Badge> {
  const meant = component ? [component] : all
  if (metric === 'status') return statusBadge(label, meant, t)
  if (metric === 'uptime') return uptimeBadge(label, await uptimeOf(ctx, meant), t)
  return component ? versionBadge(label, component, t) : notKnown(label, t)
}

/** Calendar days, today included: what the page draws as well. */
const counted = 90

/** How much of the last 90 days these components worked, all of them together. */
async function uptimeOf(ctx: Context, components: PublicComponent[]): Promise<number | null> {
  const { time_zone } = await readSite(ctx)
  const now = nowText(ctx)
  const from = lastDays(now, time_zone, counted)[0]?.from ?? 0
  const every = await publicImpacts(ctx, { since: momentOf(from) })
  const impactsOf = Map.groupBy(every, (impact) => impact.component_id)
  const window = { from, to: secondOf(now) }
  const tallies = components.map(({ id, started_on }) =>
    tally(worstOverTime(impactsOf.get(id) ?? []), startOfDate(started_on, time_zone), window),
  )
  return addUp(tallies).uptime
}

function among(all: PublicComponent[], name: string): PublicComponent | null {
  try {
    return componentAmong(all, name)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
