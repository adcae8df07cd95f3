import { z } from 'zod'
import { type Impact, replaceImpacts } from '../components/impacts.ts'
import { type ComponentStatus, incidentStatuses } from '../components/model.ts'
import type { Component } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { incidentAsSeen, isAhead, stale } from './checks.ts'
import { fault, moment } from './model.ts'
import { namedComponent } from './named.ts'
import { type Incident, incidentById, writeIncident } from './store.ts'

/** What an interval may say: that nothing hurt needs none. */
export const hurting = incidentStatuses.filter((status) => status !== 'operational')

/** What an incident did, as intervals; `ended_at` null: it still does. A known `id` is that interval, changed. */
export const ImpactsChange = z.object({
  version: z.coerce.number().int().optional(),
  impacts: z
    .array(
      z.object({
        id: z.string().max(100).optional(),
        component: z.string().trim().min(1, 'Choose the component.').max(100),
        status: z.enum(hurting, { error: 'Choose how it was.' }),
        started_at: moment,
        ended_at: moment.nullish(),
      }),
    )
    .max(200, 'An incident has 200 intervals at most.'),
})
export type ImpactsChange = z.input<typeof ImpactsChange>
type Given = z.output<typeof ImpactsChange>['impacts'][number]
type Interval = Pick<Impact, 'component_id' | 'status' | 'started_at' | 'ended_at'> & {
  id?: string | undefined
  name: string
}

/** Corrects what an incident did to components, as intervals. What its updates said stays. */
export function editImpacts(ctx: Context, id: string, input: ImpactsChange): Promise<Incident> {
  const { version, impacts } = ImpactsChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const incident = await incidentAsSeen(ctx, id, version)
    const intervals: Interval[] = []
    for (const [index, given] of impacts.entries()) {
      intervals.push(await checked(ctx, incident, given, `impacts.${index}`))
    }
    refuseOverlaps(intervals)
    if (!(await writeIncident(ctx, incident, { updated_at: nowText(ctx) }))) {
      throw stale(await incidentById(ctx, id))
    }
    await replaceImpacts(ctx, id, intervals)
    const told = intervals.map((one) => [one.component_id, one.status, one.started_at, one.ended_at])
    const detail = { title: incident.title, impacts: told }
    await record(ctx, { action: 'incident.impacts_edited', subject: ['incident', id], detail })
    return incidentById(ctx, id)
  })
}

async function checked(ctx: Context, incident: Incident, given: Given, field: string): Promise<Interval> {
  const component = await namedComponent(ctx, given.component, field)
  const { id, status, started_at } = given
  const ended_at = given.ended_at ?? null
  const wrong = faultIn(ctx, incident, component, { started_at, ended_at })
  if (wrong) throw fault(field, `${component.name}: ${wrong}`)
  return {
    id,
    component_id: component.id,
    status: status as ComponentStatus,
    started_at,
    ended_at,
    name: component.name,
  }
}

/** Why an interval cannot be, in words; null when it can. */
function faultIn(
  ctx: Context,
  incident: Incident,
  component: Component,
  { started_at, ended_at }: Pick<Interval, 'started_at' | 'ended_at'>,
): string | null {
  if (started_at < incident.started_at) return 'the incident had not begun then.'
  if (isAhead(ctx, ended_at ?? started_at) || isAhead(ctx, started_at)) return 'that lies in the future.'
  if (ended_at !== null && ended_at <= started_at) return 'it ends before it begins.'
  if (incident.resolved_at) {
    if (ended_at === null) return 'the incident is over, so say until when it lasted.'
    if (ended_at > incident.resolved_at) return 'the incident was over by then.'
  }
  if (ended_at === null && component.archived_at) return 'it is archived, so say until when it lasted.'
  return null
}

/** One incident does one thing to a component at a time. */
function refuseOverlaps(intervals: Interval[]) {
  const places = intervals.map((one, index) => ({ ...one, index }))
  for (const own of Map.groupBy(places, ({ component_id }) => component_id).values()) {
    const inOrder = own.toSorted((a, b) => (a.started_at < b.started_at ? -1 : 1))
    const second = inOrder.find(
      (one, index) => index > 0 && (inOrder[index - 1]?.ended_at ?? '9') > one.started_at,
    )
    if (second) {
      throw fault(`impacts.${second.index}`, `${second.name}: two intervals cover the same time.`)
    }
  }
}
