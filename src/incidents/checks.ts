import type { ComponentStatus } from '../components/model.ts'
import type { Component } from '../components/store.ts'
import { type Context, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Cause, fault, type Remedy } from './model.ts'
import { namedComponent } from './named.ts'
import { type Incident, type IncidentUpdate, incidentById, releasesNamed, updatesOf } from './store.ts'

/** A person's clock may run ahead of ours by this much. */
const clockSlack = 60_000

type CauseGiven = { cause?: Cause | undefined; cause_release_id?: string | null | undefined }
type RemedyGiven = {
  remedy?: Remedy | null | undefined
  remedy_release_id?: string | null | undefined
  remedy_reason?: string | null | undefined
}

/** The cause as it will stand; a release named without a word for the cause is the cause. */
export async function checkedCause(ctx: Context, given: CauseGiven, known?: Incident) {
  const cause = given.cause ?? (given.cause_release_id ? 'release' : 'unknown')
  if (cause !== 'release') return { cause, cause_release_id: null }
  const named = given.cause_release_id || known?.cause_release_id
  if (!named) throw fault('cause_release_id', 'Say which release caused it.')
  await refuseUnknownRelease(ctx, 'cause_release_id', named)
  return { cause, cause_release_id: named }
}

/** The remedy as it will stand. Rolling forward needs the reason: it is what the next release learns from. */
export async function checkedRemedy(ctx: Context, given: RemedyGiven) {
  const remedy = given.remedy ?? null
  const remedy_release_id = given.remedy_release_id || null
  const remedy_reason = given.remedy_reason || null
  if (!remedy) {
    if (remedy_release_id || remedy_reason) throw fault('remedy', 'Say first what the remedy was.')
    return { remedy, remedy_release_id, remedy_reason }
  }
  if (remedy === 'rolled_forward' && !remedy_reason) {
    throw fault('remedy_reason', 'Say why a rollback was not possible.')
  }
  if (remedy_release_id) await refuseUnknownRelease(ctx, 'remedy_release_id', remedy_release_id)
  return { remedy, remedy_release_id, remedy_reason }
}

async function refuseUnknownRelease(ctx: Context, field: string, id: string) {
  if ((await releasesNamed(ctx, [id])).length === 0) throw fault(field, 'There is no such release.')
}

export type NamedComponent = { component: Component; status: ComponentStatus }

/** The components that were named, each once, by their ids. */
export async function checkedComponents(
  ctx: Context,
  named: { component: string; status: ComponentStatus }[],
): Promise<Map<string, NamedComponent>> {
  const found = new Map<string, NamedComponent>()
  for (const { component: name, status } of named) {
    const component = await namedComponent(ctx, name)
    if (component.archived_at) throw fault('components', `${component.name} is archived.`)
    if (found.has(component.id)) throw fault('components', `${component.name} is named twice.`)
    found.set(component.id, { component, status })
  }
  return found
}

export function checkedStart(ctx: Context, started_at: string | null | undefined): string {
  const now = nowText(ctx)
  if (!started_at) return now
  if (isAhead(ctx, started_at)) throw fault('started_at', 'The start lies in the future.')
  return started_at < now ? started_at : now
}

/** When something was said: not before the incident began, not ahead of now. */
export function checkedMoment(ctx: Context, display_at: string | null | undefined, since: string): string {
  const now = nowText(ctx)
  if (!display_at) return now
  if (isAhead(ctx, display_at)) throw fault('display_at', 'The time lies in the future.')
  if (display_at < since) throw fault('display_at', 'The incident had not begun then.')
  return display_at < now ? display_at : now
}

/** An update may be logged afterwards, but behind the newest: states and statuses follow in the order of telling. */
export async function refuseBeforeNewest(ctx: Context, incident_id: string, at: string) {
  const [newest] = await updatesOf(ctx, [incident_id])
  if (newest && at < newest.display_at) throw fault('display_at', 'A later update was posted already.')
}

export function checkedPromise(ctx: Context, next_update_at: string | null | undefined): string | null {
  if (!next_update_at) return null
  if (next_update_at <= nowText(ctx)) throw fault('next_update_at', 'The next update lies in the past.')
  return next_update_at
}

/** Whether a moment lies in the future, by more than a person's clock may be wrong. */
export function isAhead(ctx: Context, at: string) {
  return Date.parse(at) > ctx.now().getTime() + clockSlack
}

/** An incident that may be worked on: not deleted, no duplicate, and as its editor last saw it. */
export async function incidentAsSeen(
  ctx: Context,
  id: string,
  version: number | undefined,
): Promise<Incident> {
  const incident = await incidentById(ctx, id)
  if (incident.deleted_at) throw new Refusal('gone', 'This incident was deleted. Restore it first.')
  if (incident.merged_into_incident_id) {
    throw new Refusal('conflict', 'This incident is merged into another one. Work there, or split it first.')
  }
  if (version !== undefined && version !== incident.version) throw stale(incident)
  return incident
}

/** Somebody else was faster. What stands now travels with the refusal, so that neither text is lost. */
export function stale(current: Incident | IncidentUpdate) {
  const words = 'Somebody else changed this incident meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
