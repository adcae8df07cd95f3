import { z } from 'zod'
import type { Setting, Settings, ToldIncident, Translation } from '../adapter.ts'
import type { EventFacts, EventType } from '../events.ts'
import { known, webLink } from '../known.ts'
import { readPurl } from '../purl.ts'
import { short, unlike } from '../shape.ts'
import { readTime } from '../times.ts'

const text = z.string().nullish()
const said = z.string().trim().min(1).max(200).optional().catch(undefined)
const thing = z.object({ id: z.string() })
const content = z.object({
  environment: thing.nullish(),
  service: thing.nullish(),
  artifactId: text,
  description: text,
  ticketURI: text,
  pipelineName: text,
  outcome: text,
  errors: text,
  uri: text,
  url: text,
})
/** What a team may add to any event, since CDEvents has no place for it. */
const custom = z.object({
  actor: said,
  version: said,
  commit: said,
  previousVersion: said,
  service: said,
  environment: said,
  runId: said,
  percent: z.number().min(0).max(100).optional().catch(undefined),
  dark: z.boolean().optional().catch(undefined),
  url: z.unknown().transform(webLink).optional(),
})
// up to 0.4 the version is `version`, and subjects say their type; what more there is, is of no use here
const cdEvent = z.object({
  context: z.object({ id: z.string(), source: z.string(), type: z.string(), timestamp: text, chainId: text }),
  subject: z.object({ id: z.string().min(1), source: text, content: content.catch({}) }),
  customData: custom.catch({}).default({}),
})
type CdEvent = z.output<typeof cdEvent>

const endings: Record<string, EventType> = {
  success: 'release.succeeded',
  failure: 'release.failed',
  error: 'release.failed',
  cancel: 'release.cancelled',
}

/** Which pipelines deploy what: a run of a pipeline says neither a service nor an environment. */
export const pipelines: Setting = {
  label: 'Pipelines that deploy (CDEvents)',
  hint:
    'The names of pipelines and what they deploy, with a comma between two, such as “deploy-shop = shop, try-shop = ' +
    'shop in staging”. Leave out those that roll back: “service.rolledback” tells of it.',
  optional: true,
  schema: z
    .string()
    .refine((list) => listed(list).length <= 50, 'At most 50 pipelines.')
    .refine(
      (list) => listed(list).every((entry) => entry !== null),
      'Write each as “deploy-shop = shop”, with a comma between two.',
    ),
}

function listed(list: string) {
  const entries = list.split(/[,\n]/).filter((entry) => entry.trim() !== '')
  return entries.map((entry) => {
    const [, pipeline = '', service = '', environment] =
      /^\s*([^=]*?)\s*=\s*(.*?)(?:\s+in\s+(\S+))?\s*$/s.exec(entry) ?? []
    return pipeline && service ? { pipeline, service, environment } : null
  })
}

/** A CDEvent of any version: types are told apart by subject and predicate, and later minor versions only add to them. */
export function fromCdEvent(json: unknown, settings: Settings, at: string): Translation {
  const read = cdEvent.safeParse(json)
  if (!read.success) return unlike('a CDEvent', read.error)
  const { context } = read.data
  const [, subject = '', predicate = ''] = /^dev\.cdevents\.(\w+)\.(\w+)(?:\.|$)/.exec(context.type) ?? []
  const occurred_at = context.timestamp ? readTime(context.timestamp) : at
  if (!occurred_at) return { invalid: 'context.timestamp is not a time.' }
  if (subject === 'service') return fromService(read.data, predicate, occurred_at)
  if (subject === 'pipelinerun') return fromPipelineRun(read.data, predicate, occurred_at, settings)
  if (subject === 'incident') return fromIncident(read.data, predicate, occurred_at)
  if (subject === 'artifact' && predicate === 'published') return fromArtifact(read.data, occurred_at)
  if (subject === 'environment') {
    return { ignored: 'Shiplog makes an environment when the first release goes there.' }
  }
  return { ignored: `“${short(context.type)}” says nothing about a release.` }
}

/** All that happens in one chain to one service is one run; a rollback is always one of its own. */
function runOf({ context, customData }: CdEvent): string {
  const { runId } = customData
  return runId ? `run:${runId}` : (context.chainId && `chain:${context.chainId}`) || `event:${context.id}`
}

function fromService(event: CdEvent, predicate: string, occurred_at: string): Translation {
  if (predicate === 'removed' || predicate === 'published') {
    return { ignored: `That a service was ${predicate} changes no version. Its releases stay.` }
  }
  if (!['deployed', 'upgraded', 'rolledback'].includes(predicate)) {
    return { ignored: `Shiplog does not know what “${short(predicate)}” means for a service.` }
  }
  const { artifactId, environment } = event.subject.content
  const { name: _, ...artifact } = readPurl(artifactId)
  const rolledback = predicate === 'rolledback'
  const facts = known({
    ...artifact,
    ...factsOf(event),
    artifact: artifactId?.slice(0, 1000) || undefined,
    kind: rolledback ? ('rollback' as const) : undefined,
  })
  return one('release.succeeded', occurred_at, {
    run_key: `${runOf(event)}${rolledback ? ' rolledback' : ''}`,
    service: event.subject.id,
    environment: environment?.id || event.customData.environment || 'production',
    facts,
  })
}

function fromPipelineRun(
  event: CdEvent,
  predicate: string,
  occurred_at: string,
  settings: Settings,
): Translation {
  const { pipelineName, outcome, errors, uri, url } = event.subject.content
  const entry = listed(settings.pipelines ?? '').find((one) => one?.pipeline === pipelineName)
  const service = event.customData.service ?? entry?.service
  if (!service) return { ignored: `Nobody said what the pipeline “${short(pipelineName ?? '')}” deploys.` }
  const types: Record<string, EventType | undefined> = {
    queued: 'release.queued',
    started: 'release.started',
    finished: endings[outcome ?? ''],
  }
  const type = types[predicate]
  if (!type) return { ignored: `A pipeline run was ${short(predicate)}, which changes nothing here.` }
  const run = event.customData.url ?? webLink(uri) ?? webLink(url)
  const message = type === 'release.failed' ? errors?.slice(0, 10_000) : undefined
  const { runId } = event.customData
  return one(type, occurred_at, {
    run_key: runId || event.context.chainId ? runOf(event) : `pipelinerun:${event.subject.id}`,
    service,
    environment: event.customData.environment ?? entry?.environment ?? 'production',
    facts: known({ ...factsOf(event), urls: run ? { run } : undefined, message: message || undefined }),
  })
}

function factsOf({ customData }: CdEvent): EventFacts {
  const { actor, version, commit, previousVersion: previous_version, percent, dark, url: run } = customData
  return known({
    version,
    commit,
    previous_version,
    percent,
    dark,
    actor: actor ? { name: actor } : undefined,
    urls: run ? { run } : undefined,
  })
}

type Said = { run_key: string; service: string; environment: string; facts: EventFacts }

function one(type: EventType, occurred_at: string, said: Said): Translation {
  return { events: [{ type, ...said, occurred_at }] }
}

function fromArtifact(event: CdEvent, occurred_at: string): Translation {
  const { name, ...artifact } = readPurl(event.subject.id)
  if (!name) return { ignored: 'An artifact was published whose id is no package URL.' }
  const facts = known({ ...artifact, ...factsOf(event), artifact: event.subject.id.slice(0, 1000) })
  const run_key = `artifact ${event.context.id}`
  return one('artifact.available', occurred_at, { run_key, service: name, environment: 'production', facts })
}

function fromIncident(event: CdEvent, predicate: string, occurred_at: string): Translation {
  const { context, subject } = event
  const { service, environment, description, artifactId, ticketURI } = subject.content
  if (predicate !== 'detected' && predicate !== 'reported' && predicate !== 'resolved') {
    return { ignored: `An incident was ${short(predicate)}, which changes nothing here.` }
  }
  const incident: ToldIncident = known({
    type: predicate,
    key: `${subject.source ?? context.source} ${subject.id}`,
    service: service?.id || null,
    environment: environment?.id || 'production',
    occurred_at,
    description: description || undefined,
    version: readPurl(artifactId).version,
    url: webLink(ticketURI),
  })
  return { incident }
}
