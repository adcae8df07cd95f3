import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../scripts/scratch.ts'
import { queueCall } from '../../src/outbound/actions.ts'
import { makeClient } from '../../src/outbound/client.ts'
import { sendDue } from '../../src/outbound/sending.ts'
import { newSigningSecret, signatureHeaders } from '../../src/outbound/sign.ts'
import { callById } from '../../src/outbound/store.ts'
import { world } from '../../src/testing/world.ts'

const receiver = join(import.meta.dirname, 'receiver.mjs')
const secret = newSigningSecret()
let made = 0

const asked = {
  request: 'req000000001',
  component: 'checkout',
  environment: 'production',
  from: { version: '2.14.0', commit: 'c14', release: 'rel14' },
  to: { version: '2.13.4', commit: 'c13', artifact: 'registry/checkout@sha256:13', release: 'rel13' },
  incident: { id: 'inc1', title: 'Cards fail', url: 'https://status.example/incidents/inc1' },
  drill: false,
  reason: 'It rejects cards.',
  asked_by: 'Ada',
  asked_at: '2026-11-23T14:33:00.000Z',
  url: 'https://status.example/admin/rollbacks/req000000001',
}
const bodyOf = (data: object = {}, type = 'rollback.requested') =>
  JSON.stringify({ type, timestamp: asked.asked_at, data: { ...asked, ...data } })

/** Keeps what the script was told in a file; ends as REASON says. */
const script = `
import { appendFileSync, existsSync, mkdirSync, rmdirSync } from 'node:fs'
const { env } = process
const busy = env.OUT + '/busy-' + env.SHIPLOG_COMPONENT
if (existsSync(busy)) appendFileSync(env.OUT + '/clash', 'x')
mkdirSync(busy, { recursive: true })
await new Promise((resolve) => setTimeout(resolve, Number(env.PAUSE ?? 0)))
rmdirSync(busy)
appendFileSync(env.OUT + '/told', JSON.stringify(env) + '\\n')
process.exit(env.SHIPLOG_REASON === 'fail' ? 3 : 0)
`

type Line = { words: string; code?: number; error?: string; port?: number; request?: string }

/** The receiver as a process of its own, its log line by line. */
async function start(
  t: TestContext,
  { env = {}, options = [] as string[], command = [] as string[], folder = scratch(t) } = {},
) {
  writeFileSync(join(folder, 'script.mjs'), script)
  const run = command.length > 0 ? command : [process.execPath, join(folder, 'script.mjs')]
  const child: ChildProcess = spawn(
    process.execPath,
    [receiver, '--listen', '127.0.0.1:0', ...options, '--', ...run],
    { env: { PATH: process.env.PATH, OUT: folder, SHIPLOG_RECEIVER_SECRET: secret, ...env }, cwd: folder },
  )
  t.after(() => void child.kill('SIGKILL'))
  const lines: Line[] = []
  const waiting: (() => void)[] = []
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    if (line.startsWith('{')) lines.push(JSON.parse(line))
    for (const look of waiting) look()
  })
  /** Waits until the log has so many lines with these words. */
  const logged = (words: string, count = 1) =>
    new Promise<Line[]>((resolve) => {
      const look = () => {
        const found = lines.filter((line) => line.words === words)
        if (found.length >= count) resolve(found)
      }
      waiting.push(look)
      look()
    })
  const [{ port }] = (await logged('listening')) as [Line]
  const url = `http://127.0.0.1:${port}/`
  const told = (): Record<string, string>[] =>
    existsSync(join(folder, 'told'))
      ? readFileSync(join(folder, 'told'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : []
  async function post(body: string, change: { key?: string; at?: Date; id?: string; headers?: object } = {}) {
    made += 1
    const { key = secret, at = new Date(), id = `call${made}` } = change
    const headers = { ...signatureHeaders({ id, at, body, secret: key }), ...change.headers }
    const answer = await fetch(url, { method: 'POST', body, headers })
    return { status: answer.status, words: ((await answer.json()) as { words: string }).words }
  }
  return { url, folder, child, logged, told, post }
}

test('a signed call is taken at once, and the script is told all of it', async (t) => {
  const { post, logged, told } = await start(t)
  assert.deepEqual(await post(bodyOf()), { status: 202, words: 'The script is run.' })
  const [{ code }] = (await logged('the script ended')) as [Line]
  assert.equal(code, 0)
  const [env] = told()
  for (const [name, value] of Object.entries({
    REQUEST: 'req000000001',
    COMPONENT: 'checkout',
    ENVIRONMENT: 'production',
    FROM: '2.14.0',
    FROM_COMMIT: 'c14',
    TO: '2.13.4',
    COMMIT: 'c13',
    ARTIFACT: 'registry/checkout@sha256:13',
    INCIDENT: 'inc1',
    INCIDENT_TITLE: 'Cards fail',
    DRILL: 'false',
    REASON: 'It rejects cards.',
    ASKED_BY: 'Ada',
    TYPE: 'rollback.requested',
  })) {
    assert.equal(env?.[`SHIPLOG_${name}`], value, name)
  }
  assert.equal(env?.SHIPLOG_RECEIVER_SECRET, undefined)
})

test('a version without a name is known by its commit', async (t) => {
  const { post, logged, told } = await start(t)
  const nameless = {
    to: { version: null, commit: 'c13', artifact: null },
    from: { version: null, commit: 'c14' },
  }
  assert.equal((await post(bodyOf({ ...nameless, incident: null }))).status, 202)
  await logged('the script ended')
  const [env] = told()
  assert.deepEqual([env?.SHIPLOG_TO, env?.SHIPLOG_FROM, env?.SHIPLOG_INCIDENT], ['c13', 'c14', ''])
})

test('what Shiplog itself sends is taken', async (t) => {
  const { url, logged, told } = await start(t)
  const ship = await world()
  ship.at(new Date().toISOString())
  const id = await queueCall(ship, {
    purpose: 'rollback.requested',
    subject: ['rollback_request', asked.request],
    url,
    body: bodyOf(),
    secret,
    schedule: 'urgent',
  })
  await sendDue(ship, makeClient({ allow: ['127.0.0.1'] }))
  assert.ok((await callById(ship, id)).delivered_at)
  await logged('the script ended')
  assert.equal(told()[0]?.SHIPLOG_TO, '2.13.4')
})

test('a call that nobody with the secret made just now runs nothing', async (t) => {
  const { url, post, told } = await start(t)
  const body = bodyOf()
  const other = newSigningSecret()
  for (const change of [
    { key: other },
    { at: new Date(Date.now() - 310_000) },
    { at: new Date(Date.now() + 310_000) },
    { headers: { 'webhook-signature': '' } },
    { headers: { 'webhook-signature': 'v1,AAAA' } },
    { headers: { 'webhook-id': 'another' } },
    { headers: { 'webhook-id': '../../x y' } },
    { headers: { 'webhook-timestamp': '1e9' } },
  ]) {
    assert.equal((await post(body, change)).status, 401, JSON.stringify(change))
  }
  assert.equal((await fetch(url, { method: 'POST', body })).status, 401)
  assert.equal((await fetch(url)).status, 405)
  assert.equal((await fetch(`${url}healthz`)).status, 200)
  assert.deepEqual(told(), [])
})

test('while the secret is changed, both are good', async (t) => {
  const fresh = newSigningSecret()
  const { post } = await start(t, { env: { SHIPLOG_RECEIVER_SECRET: `${fresh} ${secret}` } })
  const ping = JSON.stringify({ type: 'ping' })
  for (const key of [fresh, secret]) {
    assert.deepEqual(await post(ping, { key }), { status: 200, words: 'The receiver works.' })
  }
})

test('a copy of a call runs nothing, at once, later, and after a restart', async (t) => {
  const folder = scratch(t)
  const options = ['--memory', join(folder, 'seen')]
  const first = await start(t, { folder, options })
  const answers = await Promise.all([1, 2, 3].map(() => first.post(bodyOf(), { id: 'same' })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 202])
  await first.logged('the script ended')
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')
  const second = await start(t, { folder, options })
  assert.equal((await second.post(bodyOf(), { id: 'same' })).status, 200)
  assert.equal((await second.post(bodyOf(), { id: 'other' })).status, 202)
  await second.logged('the script ended')
  assert.equal(second.told().length, 2)
})

test('a body above 64 KiB is refused, whether it says its length or not', async (t) => {
  const { url, post, told } = await start(t)
  const large = bodyOf({ reason: 'x'.repeat(64 * 1024) })
  assert.equal((await post(large)).status, 413)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
  const pouring = setInterval(() => socket.write(`2710\r\n${'x'.repeat(10_000)}\r\n`), 1)
  t.after(() => clearInterval(pouring))
  let answer = ''
  socket.on('data', (part) => {
    answer += part
  })
  await new Promise((resolve) => socket.on('close', resolve))
  assert.match(answer, /^HTTP\/1\.1 413 /)
  assert.deepEqual(told(), [])
})

test('hostile values reach the script as they are, and no shell', async (t) => {
  const { post, logged, told, folder } = await start(t)
  const hostile = { to: { version: '$(touch x)`touch y`; touch z' }, reason: 'a\nb\'"$(touch w)\u0000' }
  assert.equal((await post(bodyOf({ ...hostile, component: '../x && touch v' }))).status, 202)
  await logged('the script ended')
  const [env] = told()
  assert.equal(env?.SHIPLOG_TO, hostile.to.version)
  assert.equal(env?.SHIPLOG_REASON, 'a b\'"$(touch w) ')
  assert.deepEqual(
    readdirSync(folder).filter((name) => /^[v-z]$/.test(name)),
    [],
  )
})

test('what makes no sense is refused in words, and the receiver goes on', async (t) => {
  const { post, told } = await start(t)
  const wrong: [string, number][] = [
    ['', 400],
    ['{', 400],
    ['null', 422],
    ['[]', 422],
    [bodyOf({}, 'incident.declared'), 422],
    [JSON.stringify({ type: 'rollback.requested' }), 422],
    [bodyOf({ component: '' }), 422],
    [bodyOf({ component: { toString: 1 } }), 422],
    [bodyOf({ to: null }), 422],
    [bodyOf({ to: { version: '1\n2' } }), 422],
    [bodyOf({ environment: 'a\u0000b' }), 422],
    [bodyOf({ from: { version: 'x'.repeat(5000) } }), 422],
  ]
  for (const [body, status] of wrong) assert.equal((await post(body)).status, status, body.slice(0, 80))
  assert.deepEqual(told(), [])
})

test('rollbacks of one component run one after another, and a failed one stops none', async (t) => {
  const { post, logged, told, folder } = await start(t, { env: { PAUSE: '50' } })
  const reasons = ['fail', 'second', 'third']
  for (const reason of reasons) assert.equal((await post(bodyOf({ reason }))).status, 202)
  const ended = await logged('the script ended', 3)
  assert.deepEqual(
    ended.map(({ code }) => code),
    [3, 0, 0],
  )
  assert.deepEqual(
    told().map(({ SHIPLOG_REASON }) => SHIPLOG_REASON),
    reasons,
  )
  assert.equal(existsSync(join(folder, 'clash')), false)
})

test('a script that is not there, or never ends, is told of in the log', async (t) => {
  const absent = await start(t, { command: ['/no/such/script'] })
  assert.equal((await absent.post(bodyOf())).status, 202)
  assert.match(((await absent.logged('the script ended')) as [Line])[0].error ?? '', /ENOENT/)
  const endless = await start(t, { env: { PAUSE: '60000' }, options: ['--timeout', '0.3'] })
  await endless.post(bodyOf())
  const [line] = await endless.logged('the script ended')
  assert.equal((line as { signal?: string }).signal, 'SIGTERM')
})

test('a stop waits for the rollback that is under way', async (t) => {
  const { post, logged, told, child } = await start(t, { env: { PAUSE: '300' } })
  await post(bodyOf())
  await logged('the script began')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.deepEqual([code, told().length], [0, 1])
})

test('it does not start without a good secret or a script', async () => {
  const wrong: [string[], string][] = [
    [['--', 'x'], ''],
    [['--', 'x'], 'short'],
    [['--', 'x'], secret.slice(0, 30)],
    [[], secret],
    [['--listen', 'nowhere', '--', 'x'], secret],
  ]
  for (const [argv, given] of wrong) {
    const child = spawn(process.execPath, [receiver, ...argv], { env: { SHIPLOG_RECEIVER_SECRET: given } })
    const [words] = await Promise.all([text(child.stderr), once(child, 'close')])
    assert.equal(child.exitCode, 2)
    assert.match(words, /receiver\.mjs \[--listen/)
  }
})

/** Stands for Shiplog: keeps the events that the example script reports. */
async function shiplog(t: TestContext) {
  const events: Record<string, unknown>[] = []
  const server = createServer(async (request, response) => {
    const event = JSON.parse(await text(request))
    events.push({ ...event, token: request.headers.authorization, at: request.url })
    response.writeHead(202).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { events, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const example = join(import.meta.dirname, 'rollback.example.sh')

test('the example script deploys, and reports that it began and how it ended', async (t) => {
  for (const [command, ended, code] of [
    ['true', 'release.succeeded', 0],
    ['false', 'release.failed', 1],
    ['/no/such/deploy', 'release.failed', 1],
  ] as const) {
    const { events, url } = await shiplog(t)
    const env = { DEPLOY_COMMAND: command, SHIPLOG_URL: url, SHIPLOG_TOKEN: 'shl_abc' }
    const { post, logged } = await start(t, { command: [example], env })
    await post(bodyOf({ drill: true }))
    assert.equal(((await logged('the script ended')) as [Line])[0].code, code)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['release.started', ended],
    )
    const { token, at, type, ...event } = events[1] ?? {}
    assert.deepEqual([token, at], ['Bearer shl_abc', '/api/v1/events'])
    assert.deepEqual(event, {
      kind: 'rollback',
      service: 'checkout',
      environment: 'production',
      run: 'req000000001',
      version: '2.13.4',
      previous_version: '2.14.0',
      commit: 'c13',
      drill: true,
    })
  }
})

test('the example script deploys although Shiplog cannot be told, and never what is not plain', async (t) => {
  const folder = scratch(t)
  const deploy = join(folder, 'deploy')
  writeFileSync(deploy, '#!/bin/sh\necho "$@" >> "$OUT/deployed"\n', { mode: 0o755 })
  const deaf = { SHIPLOG_URL: 'http://127.0.0.1:9', SHIPLOG_TOKEN: 'x', REPORT_RETRIES: '0' }
  const env = { ...deaf, DEPLOY_COMMAND: deploy, OUT: folder }
  const { post, logged } = await start(t, { command: [example], env, folder })
  const hostile = ['$(touch x)', '--help', '../../etc', 'a b', 'a"b', "a'b", 'ü']
  for (const version of hostile) await post(bodyOf({ to: { version } }))
  const ended = await logged('the script ended', hostile.length)
  assert.deepEqual(
    ended.map(({ code }) => code),
    hostile.map(() => 2),
  )
  await post(bodyOf({ to: { version: 'v1.2.3-rc.1+build@sha256:ab' } }))
  await logged('the script ended', hostile.length + 1)
  const deployed = readFileSync(join(folder, 'deployed'), 'utf8')
  assert.equal(deployed, 'checkout production v1.2.3-rc.1+build@sha256:ab\n')
})
