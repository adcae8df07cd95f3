import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
import type { RouteOptions } from 'fastify'
import * as accountsApi from './accounts/api.ts'
import { anyone, registerGuard } from './accounts/guard.ts'
import * as accountsJobs from './accounts/jobs.ts'
import { registerFormOnce } from './accounts/twice.ts'
import * as accountsWeb from './accounts/web.ts'
import * as auditApi from './audit/api.ts'
import * as auditWeb from './audit/web.ts'
import type { Backups } from './backups/schedule.ts'
import { bareServer, guardSettings, type ServerSettings, securityHeaders } from './bare-server.ts'
import * as componentsApi from './components/api.ts'
import * as componentsWeb from './components/web.ts'
import * as deskWeb from './desk/web.ts'
import type { Front } from './front.ts'
import * as gateApi from './gate/api.ts'
import * as gateJobs from './gate/jobs.ts'
import * as gateWeb from './gate/web.ts'
import * as healthApi from './health/api.ts'
import { makeMeter, registerMeter } from './health/meter.ts'
import type { Tracing } from './health/tracing.ts'
import * as incidentsApi from './incidents/api.ts'
import * as incidentsJobs from './incidents/jobs.ts'
import * as incidentsWeb from './incidents/web.ts'
import * as ingestApi from './ingest/api.ts'
import * as ingestJobs from './ingest/jobs.ts'
import * as ingestWeb from './ingest/web.ts'
import * as journalJobs from './journal/jobs.ts'
import * as maintenanceApi from './maintenance/api.ts'
import * as maintenanceJobs from './maintenance/jobs.ts'
import * as maintenanceWeb from './maintenance/web.ts'
import { registerOpenApi } from './openapi.ts'
import * as outboundJobs from './outbound/jobs.ts'
import { loadAssets, serveAssets } from './platform/assets.ts'
import { registerBodies } from './platform/bodies.ts'
import type { Context } from './platform/context.ts'
import { answerError, answerNotFound } from './platform/errors.ts'
import { serveFavicons } from './platform/favicons.ts'
import { registerFlash } from './platform/flash.ts'
import type { App } from './platform/http.ts'
import { makeLine } from './platform/line.ts'
import { Refusal } from './platform/refusal.ts'
import type { Job } from './platform/timers.ts'
import { registerViews } from './platform/view.ts'
import { registerLine } from './platform/wait-in-line.ts'
import * as postmortemsApi from './postmortems/api.ts'
import * as postmortemsWeb from './postmortems/web.ts'
import * as releasesApi from './releases/api.ts'
import * as exposureApi from './releases/exposure-api.ts'
import * as releasesWeb from './releases/web.ts'
import * as rollbacksApi from './rollbacks/api.ts'
import { wayBackBrief } from './rollbacks/brief.ts'
import { wayBackPanel } from './rollbacks/panel.ts'
import * as rollbacksWeb from './rollbacks/web.ts'
import * as searchApi from './search/api.ts'
import * as searchJobs from './search/jobs.ts'
import * as searchWeb from './search/web.ts'
import * as siteApi from './site/api.ts'
import { registerPages, rulesFor } from './site/pages.ts'
import * as siteWeb from './site/web.ts'
import * as sourcesApi from './sources/api.ts'
import * as sourcesWeb from './sources/web.ts'
import { incidentPage } from './status/incident.ts'
import * as statusPrograms from './status/programs.ts'
import * as statusWeb from './status/web.ts'

/** What runs by itself, every so often. */
export const jobs: Job[] = [
  ...journalJobs.jobs,
  ...accountsJobs.jobs,
  ...incidentsJobs.jobs,
  ...ingestJobs.jobs,
  ...outboundJobs.jobs,
  ...searchJobs.jobs,
  ...gateJobs.jobs,
  ...maintenanceJobs.jobs,
]

type Options = {
  onRoute?: (route: RouteOptions) => void
  /** Whoever comes may look at everything, and nobody may change anything. No setting turns this on. */
  sample?: boolean
  /** Whether the pages become files: what needs a server behind it (forms, signing in) is left out of them. */
  exported?: boolean
  /** Whether the store can be used yet; meanwhile only what needs none is answered. */
  ready?: () => boolean
  /** What `/readyz` and `/metrics` tell of; without it, of a server that is simply there. */
  health?: Partial<healthApi.Health>
  /** Who is told what each request took. */
  tracing?: Pick<Tracing, 'watch'> | undefined
  /** What keeps public answers ready; without it each is rendered when it is asked for. */
  front?: Front
  /** The backups that are made by themselves, where there are any. */
  backups?: Backups | null
}

/** The whole server, every plugin and slice registered by hand, in order. `ctx` is what each request's context grows from. */
export async function buildApp(
  config: ServerSettings,
  ctx: Omit<Context, 'actor' | 'log'>,
  {
    onRoute = () => {},
    sample = false,
    exported = false,
    front,
    backups = null,
    ready = () => true,
    health = {},
    tracing,
  }: Options = {},
): Promise<App> {
  const app = bareServer(config, front)
  front?.attach(app)
  app.addHook('onRoute', onRoute)
  const watched = { ...unwatched(), ...health }
  registerMeter(app, watched.meter)
  const guard = { ...guardSettings(config), sample }
  const assets = loadAssets()

  await app.register(fastifyCookie, { secret: config.secret.toString('hex') })
  await app.register(fastifyHelmet, securityHeaders(guard.cookies.secure))
  await registerViews(app)
  registerFlash(app, guard.cookies.secure)
  app.addHook('onRequest', async (request) => {
    request.ctx = { ...ctx, actor: { kind: 'visitor', id: null, name: 'visitor' }, log: request.log }
  })
  tracing?.watch(app)
  registerPages(app, { assets, origin: config.url, sample, exported })
  await registerBodies(app)
  app.addHook('onRequest', async (request) => {
    if (ready() || request.routeOptions.config.storeless) return
    throw new Refusal('unavailable', 'Shiplog cannot reach its database right now. It keeps trying.')
  })
  registerLine(app, front?.line ?? makeLine())
  registerGuard(app, guard)
  registerFormOnce(app)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  await registerOpenApi(app)

  serveAssets(app, assets, { config: { policy: anyone, storeless: true }, rulesOf: rulesFor })
  serveFavicons(app, assets.address('flag.svg'), { policy: anyone, storeless: true })
  await accountsWeb.routes(app, guard)
  await accountsApi.routes(app, guard)
  await siteWeb.routes(app, guard)
  await siteApi.routes(app)
  await componentsWeb.routes(app)
  await componentsApi.routes(app)
  await incidentsWeb.routes(app, {
    wayBackFor: wayBackPanel,
    wayBackBrief,
    publicPageOf: incidentPage,
  })
  await incidentsApi.routes(app)
  await sourcesWeb.routes(app, guard)
  await sourcesApi.routes(app, guard)
  await ingestWeb.routes(app)
  await ingestApi.routes(app, guard)
  await releasesWeb.routes(app)
  await releasesApi.routes(app)
  await exposureApi.routes(app)
  await rollbacksWeb.routes(app, guard)
  await rollbacksApi.routes(app, guard)
  await postmortemsWeb.routes(app)
  await postmortemsApi.routes(app)
  await gateWeb.routes(app)
  await gateApi.routes(app, { origin: config.url })
  await maintenanceWeb.routes(app)
  await maintenanceApi.routes(app)
  await statusWeb.routes(app)
  await statusPrograms.routes(app, { origin: config.url })
  await deskWeb.routes(app, { backups })
  await searchWeb.routes(app)
  await searchApi.routes(app)
  await auditWeb.routes(app)
  await auditApi.routes(app)
  await healthApi.routes(app, { ...watched, ...ctx, began: ready })
  return app
}

/** What is known of a server that nothing is told of. */
function unwatched() {
  const nothing = { waiting: () => undefined, draining: () => false, holdsJobs: () => true }
  return { ...nothing, database_url: ':memory:', version: 'unknown', meter: makeMeter() }
}
