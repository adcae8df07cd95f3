import { severityOf } from '../incidents/model.ts'
import type { Context } from '../platform/context.ts'
import { full, zoneWords } from '../platform/zone.ts'
import { badMarkOf } from '../releases/bad.ts'
import { nameOf } from '../releases/reading.ts'
import { whoPasses } from './freeze.ts'
import type { Named, Standing } from './lane.ts'
import { bakeMinutes, type Finding } from './model.ts'
import { freezesOn } from './store.ts'

/** Open incidents that hurt the component and are critical as a whole: as an operator says, or by what they did. */
export async function openIncidents(
  { db }: Context,
  { id, name }: { id: string; name: string },
): Promise<Finding[]> {
  const rows = await db
    .selectFrom('incidents')
    .innerJoin('component_impacts', 'component_impacts.incident_id', 'incidents.id')
    .select(['incidents.id', 'title', 'impact', 'component_id', 'status'])
    .where('resolved_at', 'is', null)
    .where('deleted_at', 'is', null)
    .where('merged_into_incident_id', 'is', null)
    .orderBy('incidents.started_at')
    .orderBy('incidents.id')
    .execute()
  return [...Map.groupBy(rows, (row) => row.id).values()].flatMap((impacts) => {
    const [incident] = impacts
    if (!incident || impacts.every(({ component_id }) => component_id !== id)) return []
    const severity = severityOf(
      incident.impact,
      impacts.map(({ status }) => status),
    )
    if (severity !== 'critical') return []
    const words = `A critical incident is open on ${name}: “${incident.title}”.`
    return { code: 'open_incident', words, subject: ['incident', incident.id] }
  })
}

/** Freezes in force on the component, each with the one of these names that may pass it. */
export async function freezesInForce(
  ctx: Context,
  component_id: string,
  { names, time_zone }: { names: (string | null | undefined)[]; time_zone: string },
): Promise<Finding[]> {
  const freezes = await freezesOn(ctx, component_id)
  return freezes.map(({ id, reason, ends_at, may_pass }) => {
    const until = `${full(ends_at, time_zone)} ${zoneWords(time_zone, ends_at)}`
    const words = `Nothing goes out until ${until}: “${reason}”.`
    return { code: 'freeze', words, subject: ['freeze', id], passed_by: whoPasses(may_pass, names) }
  })
}

/** What is in the lane and has not settled. */
export function unsettledReleases({ unsettled }: Standing): Finding[] {
  return unsettled.map((release) => ({
    code: 'previous_unsettled',
    words: `${nameOf(release)} ${standing(release)}`,
    subject: ['release', release.id],
  }))
}

function standing({ state, percent }: Standing['unsettled'][number]) {
  if (state === 'canary') return `has reached only ${percent}% of customers so far.`
  if (state === 'dark') return 'is deployed, but shown to nobody yet.'
  if (state === 'running') return 'is still going out.'
  return `went live less than ${bakeMinutes} minutes ago.`
}

/** The same version or commit, marked bad on this component in whatever environment. */
export async function badMarks(ctx: Context, component_id: string, asked: Named): Promise<Finding[]> {
  const marked = await badMarkOf(ctx, { component_id, ...asked })
  if (!marked) return []
  const why = marked.bad_reason ? `: ${marked.bad_reason.replace(/\.$/, '')}` : ''
  const words = `${nameOf(marked)} is marked bad${why}.`
  return [{ code: 'marked_bad', words, subject: ['release', marked.id] }]
}
