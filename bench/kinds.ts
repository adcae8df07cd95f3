import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adapterFor, sourceKinds } from '../src/sources/adapters/index.ts'
import { type Sent, senders } from '../src/testing/senders.ts'
import { median, percentile } from './figures.ts'
import { startBareIntake } from './intake.ts'
import { atPace, inTurn, type Post, postInTurn } from './load.ts'
import { onCore, tools } from './wrk.ts'

type Fixture = {
  headers: Record<string, string>
  body?: unknown
  text?: string
  method?: string
  path?: string
  settings?: Record<string, string>
}

const folder = join(import.meta.dirname, '../src/sources/adapters/fixtures')
const [perSecond, warmSeconds, steadySeconds] = [200, 1, 3]
const crowd = { connections: 32, seconds: 1 }

/**
 * Each tool's own requests, signed as the tool signs: what 200 a second wait for their acknowledgement, and how many
 * are taken from 32 senders beside a bare route that checks 1 KB with zod and stores it durably. The slowest kind of each.
 */
export async function kindsVersus() {
  const data = mkdtempSync(join(tmpdir(), 'shiplog-kinds-'))
  const [server, bare] = [
    await start('kinds-server.ts', join(data, 'kinds.db')),
    await startBareIntake(18_084, data),
  ]
  const figures: { kind: string; p99_ms: number; to_bare: number }[] = []
  try {
    for (const { kind } of sourceKinds) {
      const made = await requestsOf(kind, server, 6_000)
      const next = () => made.pop() as Post
      await atPace(perSecond, perSecond * warmSeconds, next) // a server that runs has read this kind before
      const steady = await atPace(perSecond, perSecond * steadySeconds, next)
      await allRead(server)
      const ours = await inTurn(crowd, () => made.pop())
      await allRead(server)
      const theirs = await postInTurn(bare.origin, 'bare', crowd)
      figures.push({ kind, p99_ms: percentile(steady, 0.99), to_bare: ours.length / theirs.length })
    }
  } finally {
    server.child.kill()
    bare.stop()
    rmSync(data, { recursive: true, force: true })
  }
  return {
    figures,
    slowest: worst(figures, ({ p99_ms }) => -p99_ms),
    least: worst(figures, ({ to_bare }) => to_bare),
    p99_ms: median(figures.map(({ p99_ms }) => p99_ms)),
    to_bare: median(figures.map(({ to_bare }) => to_bare)),
  }
}

function worst<T>(list: readonly T[], of: (one: T) => number): T {
  return list.toSorted((one, other) => of(one) - of(other))[0] as T
}

type Running = { origin: string; token: string; child: ReturnType<typeof spawn> }

async function start(script: string, ...words: string[]): Promise<Running> {
  const untraced = join(import.meta.dirname, '../scripts/untraced.mjs')
  const [program = '', ...pinned] = [...onCore(0, tools()), process.execPath, '--import', untraced]
  const child = spawn(program, [...pinned, join(import.meta.dirname, script), ...words], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const [line] = child.stdout ? await once(child.stdout, 'data') : []
  const [origin = '', ...token] = String(line).trim().split(' ')
  return { origin, token: token.join(' '), child }
}

/** What a rush left to be read is read: the next figure is of what comes next. */
async function allRead({ child }: Running) {
  child.send('Is all read?')
  await once(child, 'message', { signal: AbortSignal.timeout(60_000) })
}

/** So many deliveries of one kind, each a new one to Shiplog, made before they are sent. */
async function requestsOf(kind: string, { origin, token }: Running, many: number): Promise<Post[]> {
  const sender = senders[kind]
  const fixture = fixtureOf(kind)
  if (!sender || !fixture) throw new Error(`Nothing of ${kind} can be sent.`)
  const settings = fixture.settings ?? sender.settings ?? {}
  const answer = await fetch(`${origin}/api/v1/sources`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({ name: kind, kind, settings, secret: sender.secret ?? '' }),
  })
  const source = (await answer.json()) as { id: string; secret: string | null }
  const secret = source.secret ?? sender.secret ?? ''
  const numbered = numbering(kind, fixture)
  const answered = adapterFor(kind)?.answer ? [200, 201, 202] : [201, 202]
  const made: Post[] = []
  for (let number = 1; number <= many; number += 1) {
    const { headers, body, path } = numbered(number)
    const sent = await sender.signed({ headers, body, path }, secret)
    const url = `${origin}/hooks/${source.id}${sent.path}`
    made.push({ url, method: fixture.method ?? 'POST', headers: sent.headers, body: sent.body, answered })
  }
  return made
}

/** The first request of a kind that says something of a release, and can be said of another one too. */
function fixtureOf(kind: string): Fixture | undefined {
  const files = globSync(`${kind}-*.json`, { cwd: folder }).sort()
  const read = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  return read.find((fixture) => {
    if (!('events' in fixture.expected)) return false
    const [one, other] = [1, 2].map(numbering(kind, fixture))
    return JSON.stringify(one) !== JSON.stringify(other)
  })
}

/**
 * Makes the same request with another number in whatever names the delivery or its run: in a word of letters and
 * digits the last of them are replaced, so that it stays what it was.
 */
function numbering(kind: string, fixture: Fixture): (number: number) => Sent {
  const adapter = adapterFor(kind)
  const text = fixture.text ?? JSON.stringify(fixture.body)
  const numbered = senders[kind]?.numbered
  if (numbered)
    return (number) =>
      numbered({ headers: fixture.headers, body: Buffer.from(text), path: fixture.path ?? '' }, number)
  const whole = JSON.stringify([fixture.headers, text, fixture.path ?? ''])
  const incoming = {
    headers: fixture.headers,
    body: Buffer.from(text),
    received_at: '',
    method: fixture.method ?? 'POST',
    path: fixture.path ?? '',
  }
  const read = adapter?.read?.(incoming) ?? { ok: true as const, value: fixture.body }
  const json = read.ok ? read.value : undefined
  const said = adapter?.translate(
    { ...incoming, json, received_at: new Date().toISOString() },
    fixture.settings ?? {},
  )
  const [event] = said && 'events' in said ? said.events : []
  const own = [adapter?.dedupeKey({ ...incoming, json }) ?? '', event?.run_key ?? ''].filter(Boolean)
  const names = own.length > 0 ? own : [event?.facts.version ?? ''] // some tools name neither
  // what stands there as one word is changed as one: a run may be named by a moment, which has to stay one elsewhere
  const words = names
    .flatMap((name) => (whole.includes(name) ? [name] : name.split(/[^A-Za-z0-9]+/)))
    .filter((word) => word.length > 2 && /\d/.test(word) && whole.includes(word))
  return (number) => {
    const changed = words.reduce((all, word) => all.replaceAll(word, renumbered(word, number)), whole)
    const [headers, body, path] = JSON.parse(changed) as [Record<string, string>, string, string]
    return { headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body), path }
  }
}

function renumbered(word: string, number: number): string {
  const digits = String(100_000 + number) // of one length, so that no two are alike
  return digits.length < word.length ? word.slice(0, -digits.length) + digits : digits
}
