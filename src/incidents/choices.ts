import { versionName } from '../components/live.ts'
import { type ComponentStatus, incidentStatuses, levels } from '../components/model.ts'
import { listComponents } from '../components/store.ts'
import type { Context } from '../platform/context.ts'
import { incidentStates, stateWords } from './model.ts'
import { type NamedRelease, recentReleases, releasesNamed } from './store.ts'
import { reasonFor } from './suspect-words.ts'
import { type Suspect, suspectsFor } from './suspects.ts'
import type { Typed } from './typed.ts'

/** A row of radio buttons for each component; `before` is what the incident says of it now. */
export async function componentRows(ctx: Context, typed: Typed, before: Map<string, ComponentStatus>) {
  const components = await listComponents(ctx)
  return components.map((component) => {
    const name = `status_${component.id}`
    return {
      id: component.id,
      name,
      legend: component.name,
      was: component.visibility === 'private' ? 'hidden from customers' : '',
      levels: levels(incidentStatuses, typed[name] ?? before.get(component.id) ?? 'operational'),
    }
  })
}

export function stateChoices(chosen: string) {
  return incidentStates.map((value) => ({ value, words: stateWords[value], checked: value === chosen }))
}

type CauseChoice = {
  value: string
  label: string
  version: boolean
  reason: string
  likely: boolean
  checked: boolean
}

type Given = { typed: Typed; started_at: string; component_ids: string[]; time_zone: string }

/**
 * The ranked suspects, then "none" and "not known yet". The likely one is chosen until a person chooses otherwise:
 * `cause_offered` tells what was chosen for them the last time.
 */
export async function causeChoices(ctx: Context, { typed, started_at, component_ids, time_zone }: Given) {
  const suspects = await suspectsFor(ctx, { started_at, component_ids })
  const likely = suspects.find((suspect) => suspect.likely)
  const offered = likely ? `release:${likely.release_id}` : 'unknown'
  const chosen = typed.cause && typed.cause !== typed.cause_offered ? typed.cause : offered
  const choices: CauseChoice[] = [
    ...suspects.map((suspect) =>
      suspectChoice(suspect, reasonFor(suspect, { started_at, time_zone, component_ids })),
    ),
    ...(await chosenElsewhere(ctx, chosen, suspects)),
    choice('other', 'Another release', 'one from before'),
    choice('not_release', 'None', 'not caused by a release'),
    choice('unknown', 'Not known yet', 'can be set later'),
  ]
  for (const one of choices) one.checked = one.value === chosen
  const others = await releaseChoices(ctx, typed.other_release_id)
  return { offered, chosen, choices, others }
}

function suspectChoice(suspect: Suspect, reason: string): CauseChoice {
  const { component, environment } = suspect
  const place = environment === 'production' ? '' : ` (${environment})`
  const label = `${component.slug} ${versionName(suspect) ?? 'without a version'}${place}`
  return { ...choice(`release:${suspect.release_id}`, label, reason), version: true, likely: suspect.likely }
}

/** A release that was named before and is nobody's suspect stays in the list. */
async function chosenElsewhere(ctx: Context, chosen: string, suspects: Suspect[]): Promise<CauseChoice[]> {
  const id = chosen.split(':')[1] ?? null
  if (suspects.some((suspect) => suspect.release_id === id)) return []
  const releases = await releasesNamed(ctx, [id])
  return releases.map((release) => ({ ...choice(chosen, labelOf(release), 'chosen by you'), version: true }))
}

function choice(value: string, label: string, reason: string): CauseChoice {
  return { value, label, reason, version: false, likely: false, checked: false }
}

export function labelOf(release: NamedRelease) {
  return `${release.component_slug} ${versionName(release) ?? 'without a version'}`
}

/** What went live lately, newest first, and whatever was chosen before. */
export async function releaseChoices(ctx: Context, chosen: string | undefined) {
  const recent = await recentReleases(ctx, 20)
  const known = recent.some((release) => release.id === chosen)
  const all = known ? recent : [...(await releasesNamed(ctx, [chosen || null])), ...recent]
  return all.map((release) => ({
    value: release.id,
    words: labelOf(release),
    at: release.live_at,
    chosen: release.id === chosen,
  }))
}
