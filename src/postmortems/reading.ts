import type { ComponentStatus } from '../components/model.ts'
import { visibleComponents } from '../components/visibility.ts'
import { project, publicIncident } from '../incidents/public.ts'
import type { PublicIncident } from '../incidents/public-fields.ts'
import { publicImpactsOf } from '../incidents/public-impacts.ts'
import { type Incident, impactsOf } from '../incidents/store.ts'
import { wholeIncident } from '../incidents/whole.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { secondsTaken } from '../releases/model.ts'
import { publicReleasesById } from '../releases/public.ts'
import { releaseById } from '../releases/store.ts'
import { whyShut } from '../rollbacks/readiness.ts'
import { readinessOf } from '../rollbacks/readiness-of.ts'
import { readSite } from '../site/store.ts'
import { draftOf, type Line } from './draft.ts'
import { type Facts, factsFrom } from './facts.ts'
import { postmortemOf } from './store.ts'
import { wayOf } from './way.ts'

/** All facts of an incident, for operators and tokens. */
export async function factsOf(ctx: Context, incident: Incident) {
  const whole = await wholeIncident(ctx, incident)
  const names = new Map(whole.components.map((one) => [one.id, one]))
  const postmortem = await postmortemOf(ctx, incident.id)
  const impacts = (await impactsOf(ctx, [incident.id])).flatMap(({ component_id, ...impact }) => {
    const component = names.get(component_id)
    return component ? [{ ...impact, component, status: impact.status as ComponentStatus }] : []
  })
  const facts = factsFrom({
    ...incident,
    noticed_at: postmortem?.noticed_at ?? null,
    told_at: whole.updates.at(-1)?.display_at ?? null,
    impacts,
    now: nowText(ctx),
  })
  const cause = incident.cause_release_id ? await releaseById(ctx, incident.cause_release_id) : null
  const shut = cause && !whole.rollback ? await shutBy(ctx, cause.id) : null
  return { whole, facts, way: wayOf(whole, cause && secondsTaken(cause), shut) }
}

/** Why there is no way back from a release; null: its readiness does not say so. */
async function shutBy(ctx: Context, release_id: string): Promise<string | null> {
  const { state, fields } = await readinessOf(ctx, release_id)
  if (state !== 'not_ready') return null
  return fields.roll_forward_reason.value ?? whyShut(fields)
}

/** The facts that customers may read beside a published postmortem: of what may be named alone. */
export async function publicFactsOf(ctx: Context, incident: PublicIncident) {
  const { started_at, resolved_at, updates, postmortem, cause_release } = incident
  const facts = factsFrom({
    started_at,
    resolved_at,
    noticed_at: postmortem?.noticed_at ?? null,
    told_at: updates.at(-1)?.display_at ?? null,
    impacts: await publicImpactsOf(ctx, incident.id),
    now: nowText(ctx),
  })
  const [cause] = await publicReleasesById(ctx, cause_release ? [cause_release.id] : [])
  return { facts, way: wayOf(incident, cause?.took_seconds ?? null, null) }
}

/** A published postmortem with its facts; one that is not published does not exist. */
export async function publicPostmortem(ctx: Context, incident_id: string) {
  const incident = await publicIncident(ctx, incident_id).catch(() => null)
  if (!incident?.postmortem) throw new Refusal('not-found', 'This incident has no postmortem.')
  const { facts, way } = await publicFactsOf(ctx, incident)
  const { cause, cause_release, remedy, remedy_reason } = incident
  const { postmortem } = incident
  return {
    ...postmortem,
    incident_id,
    cause,
    cause_release,
    remedy,
    remedy_reason,
    facts: { ...facts, impacts: facts.impacts.map(briefly), way_back: way },
  }
}

/** Which component, how it was and for how long. */
export function briefly({ component: { slug, name }, status, seconds }: Facts['impacts'][number]) {
  return { component: { slug, name }, status, seconds }
}

/** The draft as the log tells it now. It is written for customers, so it names only what they may see. */
export async function draftFor(ctx: Context, row: Incident): Promise<string> {
  const [incident] = await project(ctx, [row])
  if (!incident) throw new Error('one incident in, one incident out')
  const { cause_release, rollback } = incident
  const ids = [cause_release?.id ?? [], rollback?.release_id ?? []].flat()
  const releases = new Map((await publicReleasesById(ctx, ids)).map((one) => [one.id, one]))
  const { time_zone } = await readSite(ctx)
  return draftOf({
    incident,
    cause: releases.get(cause_release?.id ?? '') ?? null,
    back: releases.get(rollback?.release_id ?? '') ?? null,
    lines: await linesAbout(ctx, row),
    time_zone,
  })
}

const tellingActions = [
  'incident.declared',
  'incident.updated',
  'incident.resolved',
  'incident.reopened',
  'rollback.requested',
  'rollback.withdrawn',
]

/** What the log says of the incident, and of the rollbacks of visible components that were asked for because of it. */
async function linesAbout({ db }: Context, { id, cause_release_id, started_at }: Incident): Promise<Line[]> {
  const requests = await db
    .selectFrom('rollback_requests')
    .select('id')
    .where('component_id', 'in', visibleComponents(db).select('components.id'))
    .where('drill_at', 'is', null)
    .where((or) =>
      or.or([
        or('incident_id', '=', id),
        or.and([or('from_release_id', '=', cause_release_id ?? ''), or('asked_at', '>=', started_at)]),
      ]),
    )
    .execute()
  const lines = await db
    .selectFrom('journal')
    .select(['at', 'action', 'actor_name', 'detail'])
    .where('subject_id', 'in', [id, ...requests.map((request) => request.id)])
    .where('action', 'in', tellingActions)
    .orderBy('id')
    .limit(500)
    .execute()
  return lines.map((line) => ({ ...line, detail: JSON.parse(line.detail) as Record<string, unknown> }))
}
