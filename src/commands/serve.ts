import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { renewSetupToken } from '../accounts/actions.ts'
import { buildApp, jobs } from '../app.ts'
import { newestBackup, scheduledBackups } from '../backups/schedule.ts'
import { type Config, readConfig } from '../config.ts'
import { makeFront } from '../front.ts'
import { makeMeter } from '../health/meter.ts'
import { howToInstall, loadOtel } from '../health/otel.ts'
import { makeTracing, type Tracing } from '../health/tracing.ts'
import { followJournal } from '../journal/follow.ts'
import { makeClient } from '../outbound/client.ts'
import { publicTexts, textMillis } from '../outbound/public-text.ts'
import { keepSending } from '../outbound/sending.ts'
import type { Context, JournalLine } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import type { App } from '../platform/http.ts'
import { postgresWarnings } from '../platform/postgres-warnings.ts'
import { renderingFiles } from '../platform/rendering-files.ts'
import { startJobs } from '../platform/timers.ts'
import { version } from '../platform/version.ts'
import { artifactJob } from '../rollbacks/artifact-checks.ts'
import { beginOn, holdForServing, mayEnd, whyNot } from './beginning.ts'
import { closeToOthers } from './closed-folder.ts'
import { closeInTime, listen, originOf, ownPorts, stopSignal } from './listening.ts'
import { amongNodes } from './nodes.ts'
import { keepWarm } from './warming.ts'

export const usage = [['serve', 'serve the status page and the operators’ pages']] as const

/** Serves until it is told to stop, then lets what it has begun end. */
export async function run(_words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  const config = readConfig(env)
  const service = await prepare(config)
  const { app, ctx, store } = service
  const stopped = stopSignal()
  const waiting = await tryToBegin(service).catch(async (error) => {
    await service.db.destroy() // else its connections keep the process from its end
    throw error
  })
  await listen(app, config)
  if (waiting) {
    const origin = originOf(app, config.url)
    console.log(`Shiplog is serving on ${origin} (what it last knew: its database cannot be used)`)
    app.log.error({ err: waiting }, whyNot(config, waiting))
    if (!(await begun(service, stopped))) return end(service, [])
  }
  await announce(ctx, app, config)
  for (const words of await postgresWarnings(service.db)) app.log.warn(words)
  const plain = makeClient({ allow: config.outbound_allow, own: ownPorts(app, config) })
  const client = service.tracing?.calls(plain) ?? plain
  const stops = [
    startJobs(
      ctx,
      [...jobs, artifactJob(client), ...(service.backups ? [service.backups.job] : [])],
      service.nodes.duty,
    ),
    ...service.nodes.start(),
    store.warm(),
    keepSending(ctx, service.journal, client),
  ]
  await stopped
  return end(service, stops)
}

async function prepare(config: Config) {
  const closed = closeToOthers(config)
  const letGo = holdForServing(config)
  const files = renderingFiles(join(config.data_dir, 'pages'), (err) =>
    app.log.warn({ err }, 'a page could not be kept on disk'),
  )
  // where pages were served from, an absent file was lost: an empty one in its place would tell customers a lie
  const meter = makeMeter()
  const { committed } = meter
  const db = openDatabase(config.database_url, { must_exist: files.wasThere, only_sound: true, committed })
  const now = () => new Date()
  const journal = followJournal({ db })
  const front = makeFront({ now, url: config.url, files, journal, answered: meter.ready })
  const tracing = tracingFor(config)
  const traced = tracing?.root
  const committing = (lines: JournalLine[]) => nodes.committed(lines)
  // not held by a pause of calls: it tells nobody anything, and what comes in is to be verified all the same
  const publicText = publicTexts(() =>
    makeClient({ allow: config.outbound_allow, own: ownPorts(app, config), timeout_ms: textMillis }),
  )
  const base = { db, now, traced, secret: config.secret, committed: committing, publicText }
  const store = { ready: false, warm: () => keepWarm({ ctx, front, journal, files }) }
  const backups = scheduledBackups(config)
  const phase: Phase = { waiting: undefined, draining: false }
  const app = await buildApp(config, base, {
    front,
    ready: () => store.ready,
    backups,
    health: { meter, ...healthOf(config, phase, () => nodes.duty.mine()) },
    tracing,
  })
  if (config.traces_to !== null && !tracing) {
    app.log.warn(
      `Traces go nowhere: OpenTelemetry’s packages are not installed. To have them: ${howToInstall}`,
    )
  }
  const ctx: Context = { ...base, actor: { kind: 'system', id: null, name: 'Shiplog' }, log: app.log }
  if (closed.length > 0) app.log.warn({ closed }, 'everybody on this machine could read these; not any more')
  const nodes = amongNodes(config, ctx, journal)
  return { config, app, ctx, db, files, front, journal, store, phase, backups, letGo, tracing, nodes }
}

function tracingFor({ traces_to }: Config): Tracing | undefined {
  const otel = traces_to === null ? null : loadOtel(version)
  return otel ? makeTracing(otel) : undefined
}

/** Why the store cannot be used yet, as far as it is known, and whether the end has begun. */
type Phase = { waiting: unknown; draining: boolean }

function healthOf({ database_url, backup }: Config, phase: Phase, holdsJobs: () => boolean) {
  return {
    database_url,
    newestBackup: async () => (await newestBackup(backup.dir))?.made_at ?? null,
    version,
    waiting: () => phase.waiting,
    draining: () => phase.draining,
    holdsJobs: () => !phase.draining && holdsJobs(),
  }
}

type Service = Awaited<ReturnType<typeof prepare>>

/** Brings the store to today's schema; answers why it cannot be used, when pages of before can stand in for it. */
async function tryToBegin({ config, ctx, files, store, phase }: Service): Promise<unknown> {
  try {
    await beginOn(ctx, config)
    store.ready = true
  } catch (error) {
    phase.waiting = error
    if (!files.wasThere || !mayEnd(error)) throw error
    return error
  }
}

/** Waits until the store can be used; false when it is told to stop before. */
async function begun(service: Service, stopped: Promise<void>): Promise<boolean> {
  for (;;) {
    const over = await Promise.race([stopped.then(() => true), setTimeout(tryAgainMillis, false)])
    if (over) return false
    if (!(await tryToBegin(service))) return true
  }
}

const tryAgainMillis = 3000

async function end(
  { config, app, db, files, phase, letGo, tracing }: Service,
  stops: (() => unknown)[],
): Promise<number> {
  phase.draining = true
  await setTimeout(config.drain_seconds * 1000)
  const ended = stops.map((stop) => stop())
  await closeInTime(app)
  await Promise.all(ended)
  await files.settled()
  await tracing?.stop()
  await db.destroy()
  letGo()
  return 0
}

/** Two lines for the person at the terminal: where it serves, and the way in while nobody is admin. */
async function announce(ctx: Context, app: App, { url }: Config) {
  const origin = originOf(app, url)
  console.log(`Shiplog is serving on ${origin}`)
  const token = await renewSetupToken(ctx)
  if (token) console.log(`Set up Shiplog: ${origin}/setup?token=${token}`)
  if (!url?.startsWith('https:')) app.log.warn('SHIPLOG_URL is not https: sessions travel unencrypted')
}
