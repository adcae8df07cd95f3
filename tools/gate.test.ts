import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { type Server, startServer } from '../e2e/server.ts'
import { install } from './machine.ts'

const gate = join(import.meta.dirname, '../integrations/gate/gate.sh')
const run = promisify(execFile)
let server: Server
let boss = ''
let token = ''
let folder = ''

before(async () => {
  await requireTools()
  server = await startServer()
  boss = await server.cli('token', 'create', '--name', 'boss', '--scope', 'admin')
  token = await server.cli('token', 'create', '--name', 'deployer', '--scope', 'releases:write')
  folder = mkdtempSync(join(tmpdir(), 'shiplog-pipeline-'))
  await post('/api/v1/components', { name: 'Checkout' })
  await ships('1.0.0')
  await ships('1.1.0')
})
after(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true })
  await server?.stop()
})

/** What is tested here are real tools: without them nothing is tested, and that is a failure. */
async function requireTools() {
  install({ curl: 'curl' })
  await run('sh', ['-c', 'exit 0']).catch(() => {
    throw new Error('npm run test:tools needs a POSIX shell, sh, on the PATH.')
  })
  const { stdout } = await run('curl', ['--version']).catch(() => ({ stdout: '' }))
  const [, major = 0, minor = 0] = /^curl (\d+)\.(\d+)/.exec(stdout) ?? []
  const is_new = Number(major) > 7 || (Number(major) === 7 && Number(minor) >= 76)
  if (!is_new) throw new Error('npm run test:tools needs curl 7.76 or newer on the PATH: please install it.')
}

async function post(path: string, body: object) {
  const headers = { authorization: `Bearer ${boss}`, 'content-type': 'application/json' }
  const answer = await fetch(server.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await answer.text()
  assert.ok(answer.ok, `${path}: ${text}`)
  return JSON.parse(text)
}

const ships = (version: string) =>
  post('/api/v1/events', { type: 'release.succeeded', run: version, service: 'checkout', version })

/** A pipeline of two steps, as a shell runs it: the gate, then the deploy, which leaves its mark in a file. */
async function pipeline(version: string, env: Record<string, string> = {}) {
  const mark = join(folder, 'deployed')
  rmSync(mark, { force: true })
  const script = join(folder, 'pipeline.sh')
  writeFileSync(
    script,
    `set -e\nsh '${gate}' checkout "$VERSION"\necho "deployed $VERSION" | tee '${mark}'\n`,
  )
  const settings = { SHIPLOG_URL: server.origin, SHIPLOG_TOKEN: token, VERSION: version, ...env }
  const path = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' }
  try {
    const { stdout } = await run('sh', [script], { env: { ...path, ...settings } })
    return { code: 0, log: stdout, deployed: stdout.includes(`deployed ${version}`) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, log: stdout + stderr, deployed: stdout.includes('deployed') }
  }
}

test('a shell pipeline is stopped while a critical incident is open, and goes on once it is resolved', async () => {
  const incident = await post('/api/v1/incidents', {
    title: 'Nobody can pay',
    body: 'We look.',
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  const stopped = await pipeline('1.2.0')
  assert.deepEqual([stopped.code, stopped.deployed], [1, false], stopped.log)
  assert.match(stopped.log, /^1\.2\.0 of Checkout may not go out to production now\.$/m)
  assert.match(stopped.log, /^Stopped: A critical incident is open on Checkout: “Nobody can pay”\. http:/m)
  assert.ok(stopped.log.includes(`/admin/incidents/${incident.id}`))

  const back = await pipeline('1.0.0')
  assert.deepEqual([back.code, back.deployed], [0, true], back.log)
  assert.match(back.log, /“Nobody can pay”\. A rollback passes\./)
  const said = await pipeline('0.9.0', { SHIPLOG_KIND: 'rollback' })
  assert.deepEqual([said.code, said.deployed], [0, true], said.log)
  assert.match(said.log, /^Warning: 0\.9\.0 was never live there/m)

  await post(`/api/v1/incidents/${incident.id}/updates`, { state: 'resolved', body: 'All is well.' })
  const passed = await pipeline('1.2.0')
  assert.deepEqual([passed.code, passed.deployed], [0, true], passed.log)
  assert.match(passed.log, /^1\.2\.0 of Checkout may go out to production/m)
  assert.doesNotMatch(passed.log, /Stopped/)
})

test('a shell pipeline is stopped by a freeze, but not for who may pass it nor for a rollback', async () => {
  const freeze = await post('/api/v1/freezes', {
    reason: 'The "big" sale \\o/',
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    ends_at: new Date(Date.now() + 3_600_000).toISOString(),
    components: ['checkout'],
    may_pass: ['Ada Lovelace', 'night-shift'],
  })
  const stopped = await pipeline('1.3.0', { SHIPLOG_ACTOR: 'Bob "the\nbuilder" \\' })
  assert.deepEqual([stopped.code, stopped.deployed], [1, false], stopped.log)
  assert.match(stopped.log, /^Stopped: Nothing goes out until .*: “The "big" sale \\o\/”\./m)
  const staged = await pipeline('1.3.0', { SHIPLOG_ENVIRONMENT: 'staging' })
  assert.deepEqual([staged.code, staged.deployed], [0, true], staged.log)

  const ada = await pipeline('1.3.0', { SHIPLOG_ACTOR: 'ada lovelace' })
  assert.deepEqual([ada.code, ada.deployed], [0, true], ada.log)
  assert.match(ada.log, /^Passed: .* Ada Lovelace may pass\./m)
  const night = await server.cli('token', 'create', '--name', 'night-shift', '--scope', 'releases:write')
  assert.equal((await pipeline('1.3.0', { SHIPLOG_TOKEN: night })).code, 0)
  assert.equal((await pipeline('1.0.0')).code, 0)

  await post(`/api/v1/freezes/${freeze.id}/end`, {})
  assert.equal((await pipeline('1.3.0')).code, 0)
})

test('a pipeline that cannot ask rightly, or gets no answer, does not go out, and says why', async () => {
  const stranger = await pipeline('1.4.0', { SHIPLOG_TOKEN: 'shl_wrong' })
  assert.deepEqual([stranger.code, stranger.deployed], [1, false], stranger.log)
  assert.match(stranger.log, /token/)
  const nowhere = await pipeline('1.4.0', { SHIPLOG_URL: 'http://127.0.0.1:9' })
  assert.deepEqual([nowhere.code, nowhere.deployed], [2, false], nowhere.log)
  assert.match(nowhere.log, /Shiplog gave no answer at http:\/\/127\.0\.0\.1:9: nothing goes out\./)
  const unset = await pipeline('1.4.0', { SHIPLOG_TOKEN: '' })
  assert.notEqual(unset.code, 0)
  assert.match(unset.log, /SHIPLOG_TOKEN/)
})

test('one curl is enough: it fails with the whole answer as JSON', async () => {
  await post('/api/v1/incidents', {
    title: 'Down',
    body: 'We look.',
    components: [{ component: 'checkout', status: 'major_outage' }],
  })
  const words = ['-sS', '--fail-with-body', `${server.origin}/api/v1/releases/check`]
  const headers = ['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json']
  const body = ['-d', JSON.stringify({ component: 'checkout', version: '1.5.0' })]
  const failed = await run('curl', [...words, ...headers, ...body]).then(
    () => assert.fail('it was let through'),
    (error: { code: number; stdout: string }) => error,
  )
  const answer = JSON.parse(failed.stdout)
  assert.deepEqual([failed.code, answer.status, answer.allowed], [22, 409, false])
  assert.match(answer.detail, /“Down”/)
})
