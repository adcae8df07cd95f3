import { statSync } from 'node:fs'
import type { Metric, Registry } from 'prom-client'
import { type Database, isPostgres } from '../platform/database.ts'
import { makeFigures, type Value } from './figures.ts'
import type { Meter } from './meter.ts'
import { reasons } from './model.ts'
import type { NotReady } from './readiness.ts'
import { waitingCalls } from './store.ts'

export type Measured = {
  db: Database
  now: () => Date
  database_url: string
  meter: Meter
  version: string
  ready: () => Promise<NotReady | null>
  /** Whether periodic work runs on this node. */
  holdsJobs: () => boolean
  /** When (ISO 8601) the newest backup was made, if any; absent where it is not known. */
  newestBackup?: (() => Promise<string | null>) | undefined
}

/**
 * All figures as Prometheus reads them. The library is loaded when somebody asks for the first time: a server that
 * nobody measures carries none of it.
 */
export function makeMetrics(measured: Measured): () => Promise<{ type: string; text: string }> {
  let loading: Promise<Registry> | undefined
  return async () => {
    loading ??= registryOf(measured)
    const registry = await loading
    return { type: registry.contentType, text: await registry.metrics() }
  }
}

async function registryOf(measured: Measured): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    // by Prometheus' own rules only what is counted up ends in _total
    if (name.endsWith('_total') && String(type) !== 'counter') registry.removeSingleMetric(name)
  }
  const add = makeFigures((figure) => registry.registerMetric(figure as unknown as Metric))
  ofRequests(add, measured.meter)
  ofTheNode(add, measured)
  ofTheStore(add, measured)
  return registry
}

type Add = ReturnType<typeof makeFigures>

function ofRequests(add: Add, meter: Meter) {
  const { acknowledgements, renders } = meter
  const said =
    'Requests answered, by route and by hundreds of statuses; (ready): public answers that were ready as bytes.'
  add.counter('shiplog_http_requests_total', said, () => requestsOf(meter))
  const help = 'Seconds from the arrival of a delivery to its answer, which follows the commit.'
  add.histogram('shiplog_acknowledgement_seconds', help, acknowledgements)
  add.histogram('shiplog_render_seconds', 'Seconds to render a public answer, once for each change.', renders)
}

function requestsOf({ requests, ready }: Meter): Value[] {
  return [...requests, ['GET (ready)', ready] as const].flatMap(([key, counts]) => {
    const [method = '', route = ''] = key.split(' ')
    return counts.flatMap((value, hundreds) =>
      value > 0 ? [{ labels: { method, route, status: `${hundreds}xx` }, value }] : [],
    )
  })
}

function ofTheNode(add: Add, { ready, holdsJobs, version, database_url }: Measured) {
  add.gauge(
    'shiplog_not_ready',
    'Why this node is not ready: 1 at the reason, 0 at all others.',
    async () => {
      const why = await ready()
      return Object.keys(reasons).map((reason) => ({
        labels: { reason },
        value: Number(why?.reason === reason),
      }))
    },
  )
  add.gauge('shiplog_jobs_holder', 'Whether periodic work runs on this node.', () => Number(holdsJobs()))
  const labels = { version, node: process.version, store: isPostgres(database_url) ? 'postgresql' : 'sqlite' }
  add.gauge('shiplog_build_info', 'Which Shiplog this is, on which Node and store; always 1.', () => [
    { labels, value: 1 },
  ])
}

function ofTheStore(add: Add, { db, now, meter, database_url, newestBackup }: Measured) {
  const since = (moment: string | null) =>
    moment === null ? null : Math.max(0, (now().getTime() - Date.parse(moment)) / 1000)
  const calls = () => waitingCalls({ db })
  add.histogram('shiplog_commit_seconds', 'Seconds until a commit is on the disk.', meter.commits)
  add.gauge('shiplog_commit_p99_seconds', 'Of the last thousand commits one in a hundred took longer.', () =>
    meter.commitsWithin(0.99),
  )
  add.gauge(
    'shiplog_outgoing_queue_calls',
    'Calls to others that wait to be sent, or sent again.',
    async () => (await calls()).count,
  )
  add.gauge(
    'shiplog_outgoing_oldest_age_seconds',
    'How long the oldest of them has waited; 0: none.',
    async () => {
      return since((await calls()).oldest) ?? 0
    },
  )
  if (!isPostgres(database_url)) {
    add.gauge(
      'shiplog_wal_size_bytes',
      'The size of SQLite’s write-ahead log.',
      () => statSync(`${database_url}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    )
  }
  if (newestBackup) {
    add.gauge(
      'shiplog_backup_age_seconds',
      'How old the newest backup is; absent: there is none.',
      async () => since(await newestBackup()),
    )
  }
}
