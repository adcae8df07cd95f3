import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../src/platform/context.ts'
import type { App } from '../src/platform/http.ts'
import { durabilityCosts } from './durability.ts'
import { median, percentile, rounded } from './figures.ts'
import { firstView } from './first-view.ts'
import { measureInstall } from './install.ts'
import { intakeVersus } from './intake.ts'
import { kindsVersus } from './kinds.ts'
import { postEvents } from './load.ts'
import { measureOperators } from './operators.ts'
import { timeRendering, withoutKeeping } from './render.ts'
import { seedNorthwind } from './sample.ts'
import { big, seedHarbour, small } from './seed.ts'
import { startServer } from './server.ts'
import { pageVersus } from './versus.ts'
import { timeTargets } from './way-back.ts'

/** Measures what the README promises and prints it as the README's table. Takes about nine minutes. */
const port = 18_080
const rows: [what: string, figure: string, goal: string][] = []

measureInstalled()
await measureStart()
const folder = mkdtempSync(join(tmpdir(), 'shiplog-harbour-'))
await seedHarbour(join(folder, 'small'), small)
await seedHarbour(join(folder, 'big'), big)
await measurePage(join(folder, 'small'))
await measureRendering(join(folder, 'small'), join(folder, 'big'))
rmSync(folder, { recursive: true, force: true })
await measureSample()
await measureIntake()
await measureKinds()
await measureDurability()
print()

function measureInstalled() {
  const { packages, megabytes } = measureInstall()
  rows.push(['production install', `${packages} packages, ${rounded(megabytes)} MB`, '≤ 130, ≤ 90 MB'])
}

async function measureStart() {
  const first = await startServer(port)
  await first.stop({ keep: true })
  const starts: number[] = []
  for (let run = 0; run < 5; run += 1) {
    const again = await startServer(port, first.data_dir)
    starts.push(again.ready_ms)
    await again.stop({ keep: run < 4 })
  }
  rows.push(['start to first answer, median of 5', `${rounded(median(starts))} ms`, '≤ 500 ms'])
}

/** The page with 20 components as a crowd asks for it, and as one reader does. */
async function measurePage(data_dir: string) {
  const server = await startServer(port, data_dir, { core: 0 })
  const { figures, how } = await pageVersus(server.origin)
  const { page, bare, nginx, unchanged } = figures
  const told = (one = page) => `${rounded(one?.per_second ?? 0)}/s, p99 ${rounded(one?.p99_ms ?? 0)} ms`
  const ratio = (one: typeof page, other: typeof page) =>
    rounded((one?.per_second ?? 0) / (other?.per_second ?? 1))
  rows.push([`page, 20 components, 32 connections (${how})`, told(), ''])
  rows.push(['a bare Fastify route with the same bytes', told(bare), ''])
  rows.push(['page to bare route', `${rounded(page?.to_bare ?? 0)} ×`, '≥ 0.9 ×'])
  rows.push(['p99 to bare route’s', `${rounded((page?.p99_ms ?? 0) / (bare?.p99_ms ?? 1))} ×`, '≤ 2 ×'])
  if (nginx)
    rows.push([
      'page to nginx serving it as a file',
      `${ratio(page, nginx)} × (nginx ${told(nginx)})`,
      '≥ 0.65 ×',
    ])
  rows.push(['304 to 200', `${ratio(unchanged, page)} ×`, '≥ 1 ×'])
  const view = await firstView(server.origin)
  const bytes = `${rounded(view.total_kb)} KB in ${view.requests} requests, HTML ${rounded(view.html_kb)} KB`
  rows.push(['first view, compressed', bytes, '≤ 20 KB in ≤ 4, HTML ≤ 14 KB'])
  await server.stop({ keep: true })
}

/** Rendering without keeping: small is 90 days of 20 components, big the same team after ten years. */
async function measureRendering(few: string, many: string) {
  const took: Record<string, number[]> = { few: [], many: [] }
  await withoutKeeping(few, (few) =>
    withoutKeeping(many, async (many, ctx) => {
      for (let round = 0; round < 10; round += 1) {
        took.few?.push(...(await timeRendering(few, '/', 20, round === 0 ? 40 : 2)))
        took.many?.push(...(await timeRendering(many, '/', 20, round === 0 ? 40 : 2)))
      }
      const [small, big] = [median(took.few ?? []), median(took.many ?? [])]
      rows.push(['rendering the page, 20 components, 90 days', `${rounded(small)} ms`, '≤ 10 ms'])
      rows.push([
        'the same with 100,000 releases, 10,000 incidents',
        `${rounded(big)} ms, ${rounded(big / small)} ×`,
        '≤ 1.5 ×',
      ])
      const history: number[] = []
      for (const address of await monthsOf(many)) history.push(...(await timeRendering(many, address, 2, 1)))
      rows.push(['history pages there, p95', `${rounded(percentile(history, 0.95))} ms`, '≤ 25 ms'])
      const targets = percentile(await timeTargets(many, ctx, 20), 0.95)
      rows.push(['`rollback-target` there, p95', `${rounded(targets)} ms`, '≤ 5 ms'])
      await measureDesk(many, ctx)
    }),
  )
}

/** The slowest and the largest of all that operators read there. */
async function measureDesk(app: App, ctx: Context) {
  const pages = await measureOperators(app, ctx)
  const slowest = pages.toSorted((one, other) => other.p95_ms - one.p95_ms)[0]
  const largest = pages.toSorted((one, other) => other.kb - one.kb)[0]
  const found = Math.max(...pages.filter(({ address }) => /search/.test(address)).map(({ p95_ms }) => p95_ms))
  const told = (figure: string, page: typeof slowest) => `${figure} (${page?.address.split('?')[0]})`
  rows.push([
    'operators’ pages there, the slowest, p95',
    told(`${rounded(slowest?.p95_ms ?? 0)} ms`, slowest),
    '≤ 50 ms',
  ])
  rows.push([
    'operators’ pages there, the largest',
    told(`${rounded(largest?.kb ?? 0)} KB`, largest),
    '≤ 30 KB',
  ])
  rows.push(['search there, p95', `${rounded(found)} ms`, '≤ 50 ms'])
}

/** Every month that has a page, as the sitemap names them. */
async function monthsOf(app: Parameters<Parameters<typeof withoutKeeping>[1]>[0]): Promise<string[]> {
  const { body } = await app.inject({ url: '/sitemap.xml' })
  return [
    '/history',
    '/releases',
    ...[...body.matchAll(/\/history\/\d{4}-\d\d/g)].map(([address]) => address),
  ]
}

async function measureSample() {
  const server = await startServer(port, await seedNorthwind())
  await fetch(`${server.origin}/`)
  await new Promise((resolve) => setTimeout(resolve, 5000))
  rows.push(['memory at idle', `${rounded(server.memory())} MB`, '≤ 110 MB'])
  await postEvents(server.origin, server.token('releases:write'), 200, 2).catch(() => [])
  const took = await postEvents(server.origin, server.token('admin'), 200, 10)
  const [p50, p99] = [percentile(took, 0.5), percentile(took, 0.99)]
  const what = 'acknowledgement at 200 posts/s, `synchronous=FULL`'
  rows.push([what, `p50 ${rounded(p50)} ms, p99 ${rounded(p99)} ms`, 'p99 ≤ 50 ms'])
  await server.stop()
}

/** Deliveries as fast as they are taken, by many senders at once and by one. */
async function measureIntake() {
  const server = await startServer(port, await seedNorthwind(), { core: 0 })
  const token = server.token('admin')
  const told = ({ per_second, p99_ms, bare_per_second, to_bare }: Awaited<ReturnType<typeof intakeVersus>>) =>
    `${rounded(to_bare)} × (${rounded(per_second)}/s, p99 ${rounded(p99_ms)} ms; bare ${rounded(bare_per_second)}/s)`
  const what = (senders: string) => `deliveries from ${senders} to a bare route that stores 1 KB durably`
  rows.push([what('32 senders'), told(await intakeVersus(server, token, 32)), '≥ 1 ×'])
  rows.push([what('one sender'), told(await intakeVersus(server, token, 1)), ''])
  await server.stop()
}

/** Every kind of source with its own tool's requests: the middle of them, and the one that is worst. */
async function measureKinds() {
  const { figures, slowest, least, p99_ms, to_bare } = await kindsVersus()
  const all = `${figures.length} kinds of source`
  rows.push([
    `acknowledgement at 200 deliveries/s, ${all} one by one`,
    `median p99 ${rounded(p99_ms)} ms, the slowest ${rounded(slowest.p99_ms)} ms (${slowest.kind})`,
    'p99 ≤ 50 ms',
  ])
  rows.push([
    `${all} from 32 senders to a bare route that stores 1 KB durably`,
    `median ${rounded(to_bare)} ×, the least ${rounded(least.to_bare)} × (${least.kind})`,
    '≥ 0.5 ×',
  ])
}

/** What it costs that a power cut loses nothing, and what another kind of store costs. */
async function measureDurability() {
  const { full, normal, postgres } = await durabilityCosts()
  const ratio = (one: number) => `${rounded(one)} ms, ${rounded(one / normal)} ×`
  rows.push(['one delivery, SQLite with `synchronous=NORMAL`', `${rounded(normal)} ms`, ''])
  rows.push(['… with `FULL`, as it is', ratio(full), ''])
  rows.push(['… on PostgreSQL 18 beside it, with its own fsync', ratio(postgres), ''])
}

function print() {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`
  console.log(`${machine}, ${process.platform}, Node ${process.version}\n`)
  console.log('| what | measured | goal |\n| --- | --- | --- |')
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
}
