// `npm run test:soak -- --minutes 20`: fifty deliveries a second and a few readers for a while, and whether memory,
// open files and the write-ahead log stay as they are: a gate before a release.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eventFor, pause } from '../e2e/intake.ts'
import { answers } from '../e2e/kills.ts'
import { freePort } from '../e2e/receiver.ts'

const perSecond = 50
const everySeconds = 5
/** What may be gained in an hour, judged after the first quarter of the time, and the most that the log may hold. */
const bounds = { rss: 64, fds: 20, wal: 16 }
const largestWal = 64
const paths = ['/', '/releases', '/history.atom', '/api/v2/summary.json']

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } })
const minutes = Number(values.minutes)
const data_dir = mkdtempSync(join(tmpdir(), 'shiplog-soak-'))
const main = join(import.meta.dirname, '../src/main.ts')
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const env = { ...process.env, PORT: String(port), SHIPLOG_DATA_DIR: data_dir, SHIPLOG_LOG_LEVEL: 'error' }
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

type Sample = { hours: number; rss: number; fds: number; wal: number }

const child = spawn(process.execPath, [main, 'serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
const gone = once(child, 'exit')
process.once('exit', () => child.kill('SIGKILL'))
try {
  await answers(origin)
  process.exitCode = report(await soak(child.pid ?? 0))
} finally {
  child.kill('SIGTERM')
  await gone
  agent.destroy()
  rmSync(data_dir, { recursive: true, force: true })
}

async function soak(pid: number) {
  const authorization = prepare()
  const statuses = new Map<number, number>()
  const samples: Sample[] = []
  const begun = performance.now()
  const asked: Promise<void>[] = []
  for (let sent = 0; sent < minutes * 60 * perSecond; sent += 1) {
    const wait = begun + (sent * 1000) / perSecond - performance.now()
    if (wait > 1) await pause(wait)
    const note = (status: number) => void statuses.set(status, (statuses.get(status) ?? 0) + 1)
    asked.push(ask('POST', '/api/v1/events', { authorization, key: `soak-${sent}` }).then(note))
    if (sent % 10 === 0) asked.push(ask('GET', paths[(sent / 10) % paths.length] ?? '/').then(note))
    if (sent % (perSecond * everySeconds) === 0) samples.push(look(pid, performance.now() - begun))
    if (asked.length > 1000) await Promise.all(asked.splice(0))
  }
  await Promise.all(asked)
  return { samples, statuses }
}

/** Components, of which a tenth of the deliveries speak, and a token. */
function prepare(): string {
  const words = [main, 'token', 'create', '--name', 'soak', '--scope', 'admin']
  return `Bearer ${execFileSync(process.execPath, words, { env, encoding: 'utf8' }).trim()}`
}

type Post = { authorization: string; key: string }

/** A kept connection may end in the very moment in which it is used again: like every client, this one then asks anew. */
function ask(method: string, path: string, post?: Post, again = true): Promise<number> {
  const { authorization, key = '' } = post ?? {}
  const headers = post
    ? { authorization, 'content-type': 'application/json', 'idempotency-key': key }
    : { 'accept-encoding': 'gzip' }
  return new Promise((resolve) => {
    const sent = request(origin + path, { method, agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', () => resolve(again && sent.reusedSocket ? ask(method, path, post, false) : 0))
    sent.end(post ? JSON.stringify(eventFor(key)) : undefined)
  })
}

function look(pid: number, milliseconds: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const wal = statSync(join(data_dir, 'shiplog.db-wal'), { throwIfNoEntry: false })?.size ?? 0
  return {
    hours: milliseconds / 3_600_000,
    rss: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
    fds: readdirSync(`/proc/${pid}/fd`).length,
    wal: wal / 2 ** 20,
  }
}

/**
 * The least of each ninth of the time: memory is given back now and then, and what it holds in between is no leak.
 */
function floors(samples: Sample[]): Sample[] {
  const size = Math.ceil(samples.length / 9)
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, at) =>
    samples.slice(at * size, (at + 1) * size).reduce((least, one) => (one.rss < least.rss ? one : least)),
  )
}

/** How much more of it there is after an hour, by the line of least squares through what was seen. */
function slope(samples: Sample[], what: 'rss' | 'fds' | 'wal'): number {
  const mean = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0) / numbers.length
  const [hour, value] = [mean(samples.map(({ hours }) => hours)), mean(samples.map((one) => one[what]))]
  const over = samples.reduce((all, one) => all + (one.hours - hour) * (one[what] - value), 0)
  return over / samples.reduce((all, { hours }) => all + (hours - hour) ** 2, 0)
}

function report({ samples, statuses }: Awaited<ReturnType<typeof soak>>): number {
  console.log(
    `${minutes} minutes at ${perSecond} deliveries a second; answers: ${JSON.stringify([...statuses])}`,
  )
  const settled = samples.slice(Math.floor(samples.length / 4))
  const wal = Math.max(...samples.map((one) => one.wal))
  let isWell = [...statuses.keys()].every((status) => status === 200 || status === 202) && wal <= largestWal
  for (const [what, unit] of [
    ['rss', 'MB'],
    ['fds', 'files'],
    ['wal', 'MB'],
  ] as const) {
    const values = settled.map((one) => one[what])
    const [least, most] = [Math.min(...values), Math.max(...values)]
    const gained = slope(what === 'rss' ? floors(settled) : settled, what)
    // in a short run the line through a few samples says little: what it gained in all is to be within bounds too
    const isFlat = gained <= bounds[what] || (gained * minutes) / 60 <= bounds[what] / 4
    isWell &&= isFlat
    const words = `${least.toFixed(1)} to ${most.toFixed(1)} ${unit}, ${gained.toFixed(1)} an hour (at most ${bounds[what]})`
    console.log(`${what.padEnd(4)} ${words}${isFlat ? '' : ' NOT FLAT'}`)
  }
  console.log(`the write-ahead log held at most ${wal.toFixed(1)} MB (at most ${largestWal})`)
  console.log(isWell ? 'All of it is flat.' : 'FAILED')
  return isWell ? 0 : 1
}
