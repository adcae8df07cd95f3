import { z } from 'zod'
import { componentStatuses } from '../components/model.ts'
import { causes, remedies } from '../incidents/model.ts'
import { PublicIncident } from '../incidents/public-fields.ts'
import { PublicPostmortem } from '../incidents/public-postmortem.ts'
import type { Incident } from '../incidents/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { dateIn } from '../platform/zone.ts'
import { briefly, factsOf } from './reading.ts'
import type { ActionItem, Postmortem } from './store.ts'

const time = z.string().nullable()
const count = z.number().nullable()

const FactsJson = z.object({
  began_at: z.string(),
  noticed_at: time,
  seconds_to_notice: count,
  restored_at: time,
  seconds_to_restore: count,
  /** How long each component was in each status; times that overlap count once. */
  impacts: z.array(
    z.object({
      component: z.object({ slug: z.string(), name: z.string() }),
      status: z.enum(componentStatuses),
      seconds: z.number(),
    }),
  ),
  /** Null where no release caused it. */
  way_back: z
    .object({
      possible: z.boolean().nullable(),
      reason: z.string().nullable(),
      to_version: z.string().nullable(),
      asked_at: time,
      done_at: time,
      took_seconds: count,
      release_took_seconds: count,
    })
    .nullable(),
})

/** All of a postmortem, for a token; the facts are derived when they are read. */
export const PostmortemJson = z.object({
  id: z.string(),
  incident_id: z.string(),
  body: z.string(),
  how_noticed: z.string().nullable(),
  noticed_at: time,
  published_at: time,
  cause: z.enum(causes),
  cause_release_id: z.string().nullable(),
  remedy: z.enum(remedies).nullable(),
  remedy_reason: z.string().nullable(),
  facts: FactsJson,
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

export const PublicPostmortemJson = PublicPostmortem.extend({
  incident_id: z.string(),
  ...PublicIncident.pick({ cause: true, cause_release: true, remedy: true, remedy_reason: true }).shape,
  facts: FactsJson,
})

/** A postmortem as a token reads it. */
export async function postmortemJson(ctx: Context, incident: Incident, postmortem: Postmortem) {
  const { facts, way } = await factsOf(ctx, incident)
  const { cause, cause_release_id, remedy, remedy_reason } = incident
  return {
    ...postmortem,
    cause,
    cause_release_id,
    remedy,
    remedy_reason,
    facts: { ...facts, impacts: facts.impacts.map(briefly), way_back: way },
  } as z.output<typeof PostmortemJson>
}

export const ActionItemJson = z.object({
  id: z.string(),
  incident_id: z.string(),
  words: z.string(),
  owner: z.string().nullable(),
  due_on: z.string().nullable(),
  /** Whether its day is over, in the page's zone, and it is not done. */
  overdue: z.boolean(),
  done_at: time,
  deleted_at: time,
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

/** An item as pages and tokens read it. */
export function shownItem<T extends ActionItem>(ctx: Context, item: T, time_zone: string) {
  const today = dateIn(nowText(ctx), time_zone)
  const overdue = item.done_at === null && item.due_on !== null && item.due_on < today
  return { ...item, overdue }
}
