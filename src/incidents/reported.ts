import { liveVersions, versionName } from '../components/live.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { held } from '../platform/locks.ts'
import { environmentByName } from '../releases/environments.ts'
import type { ToldIncident } from '../sources/adapter.ts'
import { declareIncident } from './actions.ts'
import { addNote } from './notes.ts'
import { type Incident, incidentById } from './store.ts'
import { suspectsFor } from './suspects.ts'

const weekLong = 7 * 24 * 60 * 60_000
/** A monitor gone wild must not bury what people declared: of one source so many incidents are open at once. */
const mostOpen = 50

type Report = { source: { id: string; name: string }; told: ToldIncident; component_id: string | null }
/** What became of it, in words for whoever looks at the delivery. */
type Became = { state: 'accepted' | 'ignored'; reason: string }

/**
 * Logs what a tool says of trouble for operators alone, tied to what is live there. What it says later of the same
 * incident becomes a note: it never changes a state, ends an impact or publishes anything; people do.
 */
export function noteReport(ctx: Context, { source, told, component_id }: Report): Promise<Became> {
  const actor = { kind: 'source' as const, id: source.id, name: source.name }
  return inTransaction({ ...ctx, actor }, async (ctx) => {
    // two nodes that hear of one incident at once log it once
    await held(ctx.db)(ctx.db.selectFrom('sources').select('id').where('id', '=', source.id)).execute()
    const known = await knownIncident(ctx, source.id, told)
    if (known) return noted(ctx, known, told)
    if (told.type === 'resolved') return ignored('It ends an incident that nobody told of.')
    if (Date.parse(told.occurred_at) < ctx.now().getTime() - weekLong) {
      return ignored('It began more than a week before it was heard of. Log it by hand if it matters.')
    }
    if ((await openOf(ctx, source.id)) >= mostOpen) {
      return ignored(`${mostOpen} incidents that this source told of are still open. End some of them first.`)
    }
    return accepted(`Logged for operators alone: “${(await declare(ctx, told, component_id)).title}”.`)
  })
}

const ignored = (reason: string): Became => ({ state: 'ignored', reason })
const accepted = (reason: string): Became => ({ state: 'accepted', reason })

const calledIt = 'The tool calls this incident '
/** The first note on an incident that a source told of: by these very words it is found again. */
const firstNote = ({ key }: ToldIncident) => `${calledIt}${key}.`

/** How many incidents that a source told of nobody has resolved. */
async function openOf({ db }: Context, source_id: string): Promise<number> {
  const { open } = await db
    .selectFrom('incident_notes')
    .innerJoin('incidents', 'incidents.id', 'incident_notes.incident_id')
    .where('incident_notes.actor_kind', '=', 'source')
    .where('incident_notes.actor_id', '=', source_id)
    .where('incident_notes.body', 'like', `${calledIt}%`)
    .where('incidents.resolved_at', 'is', null)
    .where('incidents.deleted_at', 'is', null)
    .select((of) => of.fn.countAll<number>().as('open'))
    .executeTakeFirstOrThrow()
  return Number(open)
}

async function knownIncident(ctx: Context, source_id: string, told: ToldIncident): Promise<Incident | null> {
  const note = await ctx.db
    .selectFrom('incident_notes')
    .select('incident_id')
    .where('actor_kind', '=', 'source')
    .where('actor_id', '=', source_id)
    .where('body', '=', firstNote(told))
    .executeTakeFirst()
  if (!note) return null
  const incident = await incidentById(ctx, note.incident_id)
  return incident.merged_into_incident_id ? incidentById(ctx, incident.merged_into_incident_id) : incident
}

async function noted(ctx: Context, { id, title }: Incident, told: ToldIncident): Promise<Became> {
  const over = 'The tool says that it is over. Post an update when you see that too.'
  await addNote(ctx, id, {
    body: wordsOf(told.type === 'resolved' ? over : 'The tool reports it again.', told),
  })
  return accepted(`Noted on “${title}”.`)
}

function wordsOf(first: string, { description, url }: ToldIncident): string {
  return [first, description, url].filter(Boolean).join('\n\n').slice(0, 20_000)
}

async function declare(ctx: Context, told: ToldIncident, component_id: string | null): Promise<Incident> {
  const now = nowText(ctx)
  const started_at = told.occurred_at < now ? told.occurred_at : now
  const place = await placeOf(ctx, told, component_id)
  const cause_release_id = await causeOf(ctx, told, { started_at, ...place })
  const [line = ''] = (told.description ?? '').trim().split('\n')
  const incident = await declareIncident(ctx, {
    title: line.trim().slice(0, 200) || `Trouble with ${told.service ?? 'something'}`,
    body: 'We are looking into it.',
    visibility: 'private',
    started_at,
    components: place.component_id ? [{ component: place.component_id, status: 'degraded_performance' }] : [],
    cause_release_id,
  })
  await addNote(ctx, incident.id, { body: firstNote(told) })
  await addNote(ctx, incident.id, { body: wordsOf(place.words, told) })
  return incident
}

/** Which component it hurts, and what is live there; trouble outside of production hurts nobody's customers. */
async function placeOf(ctx: Context, { service, environment }: ToldIncident, component_id: string | null) {
  const nowhere = { component_id: null, live: [] }
  const tier = (await environmentByName(ctx, environment))?.tier ?? 'production'
  if (tier !== 'production')
    return { ...nowhere, words: `It is about ${service ?? 'something'} in ${environment}.` }
  const component = component_id ? await componentByIdOrSlug(ctx, component_id) : null
  if (!component || component.archived_at) {
    return { ...nowhere, words: `It is about ${service ?? 'something'}, which is no component here.` }
  }
  const live = (await liveVersions(ctx)).filter((one) => one.component_id === component.id)
  const runs = live.map((one) => `${versionName(one)} in ${one.environment}`).join(', ')
  const words = runs ? `${component.name} runs ${runs}.` : `Nobody knows what ${component.name} runs.`
  return { component_id: component.id, live, words }
}

type Place = {
  started_at: string
  component_id: string | null
  live: Awaited<ReturnType<typeof liveVersions>>
}

/** The live release is the cause where the tool names its version, or where it is as near as for a person who chooses. */
async function causeOf(ctx: Context, { version }: ToldIncident, { started_at, component_id, live }: Place) {
  if (!component_id) return null
  const named = version === undefined ? undefined : live.find((one) => one.version === version)
  if (named) return named.release_id
  const suspects = await suspectsFor(ctx, { started_at, component_ids: [component_id] })
  return suspects.find(({ likely }) => likely)?.release_id ?? null
}
