import { cpus, totalmem } from 'node:os'
import { median, percentile, rounded } from './figures.ts'
import { measureInstall } from './install.ts'
import { postEvents, readPage } from './load.ts'
import { seedNorthwind } from './sample.ts'
import { type Server, startServer } from './server.ts'

/** Measures what the README promises and prints it as the README's table. Takes about a minute. */
const seconds = 10
const port = 18_080

const rows: [what: string, figure: string, goal: string][] = []

const { packages, megabytes } = measureInstall()
rows.push(['production install', `${packages} packages, ${rounded(megabytes)} MB`, '≤ 130, ≤ 90 MB'])

const first = await startServer(port)
await first.stop({ keep: true })
const starts: number[] = []
for (let run = 0; run < 5; run += 1) {
  const again = await startServer(port, first.data_dir)
  starts.push(again.ready_ms)
  await again.stop({ keep: run < 4 })
}
rows.push(['start to first answer, median of 5', `${rounded(median(starts))} ms`, '≤ 500 ms'])

const server = await startServer(port, await seedNorthwind())
await measure(server)
await server.stop()

async function measure(server: Server) {
  await fetch(`${server.origin}/`)
  await new Promise((resolve) => setTimeout(resolve, 5000))
  rows.push(['memory at idle', `${rounded(server.memory())} MB`, '≤ 110 MB'])

  await readPage(`${server.origin}/`, 3)
  const page = await readPage(`${server.origin}/`, seconds)
  rows.push([
    'public page, 32 connections',
    `${rounded(page.per_second)} requests/s, p99 ${rounded(page.p99_ms)} ms`,
    '',
  ])

  const token = server.token('releases:write')
  await postEvents(server.origin, token, 200, 2).catch(() => [])
  const took = await postEvents(server.origin, server.token('admin'), 200, seconds)
  const [p50, p99] = [percentile(took, 0.5), percentile(took, 0.99)]
  rows.push([
    'acknowledgement at 200 posts/s, `synchronous=FULL`',
    `p50 ${rounded(p50)} ms, p99 ${rounded(p99)} ms`,
    'p99 ≤ 50 ms',
  ])
}

console.log(
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}\n`,
)
console.log('| what | measured | goal |\n| --- | --- | --- |')
for (const row of rows) console.log(`| ${row.join(' | ')} |`)
