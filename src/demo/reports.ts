import { acceptDeliveries } from '../ingest/actions.ts'
import type { Context } from '../platform/context.ts'
import { nowText } from '../platform/context.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import type { EventFacts } from '../sources/events.ts'
import type { Source } from '../sources/store.ts'
import { type Calendar, later, type Step } from './timeline.ts'

/** Who reports in the sample: a script for most, GitHub for the rest. */
export type Tools = { pipeline: Source; github: Source }
type Told = 'queued' | 'started' | 'succeeded' | 'failed' | 'exposure.changed'

/** One run of a deploy tool: what it says of which version, so many minutes after its beginning. */
export type Run = {
  service: string
  version: string
  at: string
  /** Else the version names the run. */
  run?: string
  tool?: keyof Tools
  says: readonly (readonly [minutes: number, told: Told, facts?: EventFacts])[]
}

/** A step for each thing that the run's tool says. */
export function stepsOf(run: Run, calendar: Calendar, tools: Tools): Step[] {
  return run.says.map(([minutes, told, facts = {}]) => {
    const at = later(run.at, minutes)
    const github = run.tool === 'github'
    const delivery = github ? githubDelivery : nativeDelivery
    const source = github ? tools.github : tools.pipeline
    return { at, run: (ctx) => deliver(ctx, source, delivery(run, { at, told, facts }, calendar)) }
  })
}

type Said = { at: string; told: Told; facts: EventFacts }
type Delivery = { headers: Record<string, string>; body: object }

/** Hands a request in as if its source's secret had just been verified. */
export async function deliver(ctx: Context, source: Source, { headers, body }: Delivery) {
  const adapter = adapterFor(source.kind)
  if (!adapter) throw new Error(`No adapter for ${source.kind}.`)
  const bytes = Buffer.from(JSON.stringify(body))
  const incoming = {
    headers: { 'content-type': 'application/json', ...headers },
    body: bytes,
    received_at: nowText(ctx),
    json: body,
  }
  const actor = { kind: 'source' as const, id: source.id, name: source.name }
  const [outcome] = await acceptDeliveries(ctx, [{ source, adapter, scope: '', actor, incoming }])
  if (!outcome || 'failed' in outcome) throw outcome?.failed ?? new Error('The sample was not accepted.')
}

function nativeDelivery(run: Run, { at, told, facts }: Said, calendar: Calendar): Delivery {
  const { service, version } = run
  const type = told.includes('.') ? told : `release.${told}`
  const commit = calendar.commit(`${service} ${version}`)
  const actor = { name: 'deploy-bot', automated: true }
  const name = run.run ?? `${service}-${version}`
  const body = { type, service, run: name, at, version, commit, actor, ...facts }
  return { headers: { 'user-agent': 'curl/8.14.1' }, body }
}

const states: Partial<Record<Told, string>> = {
  queued: 'queued',
  started: 'in_progress',
  succeeded: 'success',
  failed: 'failure',
}

function githubDelivery({ service, version, at: began }: Run, { at, told, facts }: Said, calendar: Calendar) {
  const full_name = `northwind/${service}`
  const name = `${service} ${version}`
  const creator = { login: 'northwind-deploy[bot]', type: 'Bot' }
  const deployment = {
    id: 1_000_000 + Math.floor(calendar.chance(name) * 900_000_000),
    sha: calendar.commit(name),
    ref: `refs/tags/${version}`,
    task: 'deploy',
    payload: {},
    environment: 'production',
    description: facts.message ?? null,
    creator,
    created_at: began,
  }
  const deployment_status = { state: states[told], description: facts.message ?? null, created_at: at }
  const repository = { full_name, html_url: `https://github.com/${full_name}` }
  const guid = calendar.commit(`${name} ${told}`).slice(0, 32)
  return {
    headers: { 'x-github-event': 'deployment_status', 'x-github-delivery': guid },
    body: { action: 'created', deployment_status, deployment, repository },
  }
}
