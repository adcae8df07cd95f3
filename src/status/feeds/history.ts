import { listPublicIncidents } from '../../incidents/public.ts'
import type { PublicIncident } from '../../incidents/public-fields.ts'
import type { UpdateKind } from '../../maintenance/model.ts'
import { type ToldMaintenance, withUpdates } from '../../maintenance/public.ts'
import { listPublicMaintenances } from '../../maintenance/public-lists.ts'
import type { Context } from '../../platform/context.ts'
import { markdown } from '../../platform/markdown.ts'
import { format } from '../../platform/zone.ts'
import { wordsFor } from '../../site/words/index.ts'
import { lastPublicChange } from '../changed.ts'
import type { Home } from '../home.ts'
import { textOf } from '../maintenance.ts'
import { escaped, type Feed, type FeedEntry, latest, newest } from './model.ts'

/**
 * The incident feed as Statuspage's is, for programs that take it apart: one entry for each incident, its updates
 * stacked, newest first. These words and this markup are theirs and are not translated.
 */
const labels: Record<PublicIncident['state'] | 'postmortem', string> = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
  postmortem: 'Postmortem',
}

export async function historyFeed(ctx: Context, home: Home, address: string): Promise<Feed> {
  const { data } = await listPublicIncidents(ctx, { limit: newest })
  const work = (await listPublicMaintenances(ctx, { limit: newest })).data
  const planned = (await withUpdates(ctx, work)).map((one) => maintenanceEntry(one, home))
  const entries = [...data.map((incident) => incidentEntry(incident, home)), ...planned]
    .sort((one, other) => (one.published_at < other.published_at ? 1 : -1))
    .slice(0, newest)
  return {
    id: `tag:${home.host},2005:/history`,
    title: `${home.title} - Incident History`,
    subtitle: `What customers of ${home.site.name} noticed, and what was done about it.`,
    home_url: `${home.origin}/`,
    self_url: home.origin + address,
    author: home.site.name,
    language: home.site.language,
    updated_at: latest(...entries.map((entry) => entry.updated_at)) || (await lastPublicChange(ctx)),
    entries,
  }
}

/** One incident; it changed when any word of it did. */
export function incidentEntry(incident: PublicIncident, { host, origin, site }: Home): FeedEntry {
  const { id, title, started_at, updates, impact, components, remedy_reason, postmortem } = incident
  return {
    id: `tag:${host},2005:Incident/${id}`,
    title,
    url: `${origin}/incidents/${id}`,
    html: [
      postmortem
        ? stacked(
            { ...postmortem, label: labels.postmortem, display_at: postmortem.published_at },
            site.time_zone,
            'parts',
          )
        : '',
      ...updates.map((update) => stacked({ ...update, label: labels[update.state] }, site.time_zone)),
      remedy_reason ? noWayBack(remedy_reason, site.language) : '',
    ].join(''),
    published_at: started_at,
    updated_at: latest(
      incident.updated_at,
      postmortem?.updated_at,
      ...updates.map((update) => update.updated_at),
    ),
    tags: [labels[incident.state], impact, ...components.map(({ name }) => name)],
  }
}

/** Planned work as Statuspage tells it in the same feed; it is new when it is planned, and newer when it is moved. */
function maintenanceEntry(work: ToldMaintenance, { host, origin, site }: Home): FeedEntry {
  const { id, title, components, updates, state } = work
  const scene = { time_zone: site.time_zone, t: wordsFor(site.language) }
  return {
    id: `tag:${host},2005:Incident/${id}`,
    title,
    url: `${origin}/maintenance/${id}`,
    html: updates
      .map((update) => {
        const told = { label: steps[update.kind], body: textOf(update, work, scene), display_at: update.at }
        return stacked(told, site.time_zone)
      })
      .join(''),
    published_at: work.created_at,
    updated_at: latest(work.updated_at, ...updates.map(({ at }) => at)),
    tags: [state === 'cancelled' ? steps.cancelled : 'maintenance', ...components.map(({ name }) => name)],
  }
}

const steps: Record<UpdateKind, string> = {
  planned: 'Scheduled',
  edited: 'Scheduled',
  moved: 'Scheduled',
  started: 'In progress',
  ended: 'Completed',
  cancelled: 'Cancelled',
}

/** What Statuspage has no place for stands last, where nothing looks for an update. */
function noWayBack(reason: string, language: string): string {
  const { rolled_forward_because } = wordsFor(language).past.incident.remedies
  return `<p>${escaped(`${rolled_forward_because} ${reason}`)}</p>`
}

/** The first words stand in the paragraph of the state; what else the text has, lists and paragraphs, follows it. */
function stacked(
  { label, body, display_at }: { label: string; body: string; display_at: string },
  time_zone: string,
  parts?: 'parts',
): string {
  const { month, day, time, zone } = momentIn(display_at, time_zone)
  const at = `${month} <var data-var='date'>${day}</var>, <var data-var='time'>${time}</var> ${zone}`
  const html = markdown(body, parts).trim()
  const words = html.startsWith('<p>') ? html.slice('<p>'.length) : `</p>${html}`
  return `<p><small>${at}</small><br><strong>${label}</strong> - ${words}`
}

const said = {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const

function momentIn(at: string, time_zone: string) {
  const parts = format(time_zone, said, 'en-US').formatToParts(new Date(at))
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return {
    month: part('month'),
    day: part('day'),
    time: `${part('hour')}:${part('minute')}`,
    zone: part('timeZoneName'),
  }
}
