import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine } from './machine.ts'

const kits = join(import.meta.dirname, '../integrations')
const skip = install({ curl: 'curl', sh: 'dash' })
const sha = '28e3a861aa28e3a861aa28e3a861aa28e3a861aa'
const hostile = '"; rm -rf / #$(touch pwned)`touch pwned`'
/** The environment that Kamal documents for its hooks, which here are run without it. */
const kamal = {
  KAMAL_RECORDED_AT: '2026-11-26T01:00:00Z',
  KAMAL_PERFORMER: 'alice@example.com',
  KAMAL_SERVICE: 'cart',
  KAMAL_VERSION: sha,
  KAMAL_SERVICE_VERSION: 'cart@28e3a86',
  KAMAL_HOSTS: '10.0.0.1',
  KAMAL_COMMAND: 'deploy',
  KAMAL_LOCK: 'true',
  DATABASE_URL: 'kept-to-ourselves',
}
let machine: Machine

before(async () => {
  if (skip) return
  machine = await startMachine({ kind: 'kamal', components: ['Cart'] })
  mkdirSync(join(machine.folder, '.kamal/hooks'), { recursive: true })
  copyFileSync(join(kits, 'shiplog-report/shiplog-report'), join(machine.folder, '.kamal/shiplog-report'))
  for (const name of ['pre-deploy', 'post-deploy']) {
    copyFileSync(join(kits, 'kamal/shiplog-hook'), join(machine.folder, '.kamal/hooks', name))
  }
})
after(() => machine?.stop())

function run(name: string, origin: string, more: NodeJS.ProcessEnv = {}) {
  const env = { SHIPLOG_URL: origin, SHIPLOG_TOKEN: machine.secret, ...kamal, ...more }
  return machine.run(join(machine.folder, '.kamal/hooks', name), [], { env })
}

test('Kamal’s hooks tell a deploy and a rollback, and nothing that Kamal keeps secret', {
  skip,
}, async () => {
  const recorder = await machine.recorder('native-kamal')
  const hook = async (name: string, more: NodeJS.ProcessEnv = {}) => {
    const { code, out, err } = await run(name, recorder.origin, more)
    assert.deepEqual([code, out, err], [0, '', ''])
    const [newest] = await machine.releases()
    assert.ok(newest)
    return newest
  }
  const began = await hook('pre-deploy')
  const ended = await hook('post-deploy', { KAMAL_RUNTIME: '12' })
  assert.deepEqual([began.state, ended.id, ended.state], ['running', began.id, 'succeeded'])
  assert.deepEqual([ended.version, ended.commit, ended.actor_name], ['28e3a86', sha, 'alice@example.com'])
  assert.equal(ended.environment, 'production')
  const dirty = `${sha}_uncommitted_0123456789abcdef`
  const second = await hook('post-deploy', { KAMAL_VERSION: dirty })
  assert.deepEqual([second.version, second.commit], ['28e3a86_uncommitted_0123456789abcdef', null])
  const back = { KAMAL_COMMAND: 'rollback' }
  await hook('pre-deploy', back)
  const third = await hook('post-deploy', back)
  assert.deepEqual([third.kind, third.state, third.restores_release_id], ['rollback', 'succeeded', ended.id])
  const odd = await hook('post-deploy', { KAMAL_VERSION: hostile, KAMAL_DESTINATION: 'staging' })
  assert.deepEqual([odd.version, odd.environment], [hostile, 'staging'])
  assert.doesNotMatch(JSON.stringify(recorder.seen.map(({ body }) => body)), /kept-to-ourselves|10\.0\.0\.1/)
  assert.ok(!existsSync(join(machine.folder, 'pwned')))
})

test('they always end well, and say when they could tell nothing', { skip }, async () => {
  for (const origin of ['', await machine.nowhere()]) {
    assert.equal((await run('pre-deploy', origin)).code, 0)
  }
  rmSync(join(machine.folder, '.kamal/shiplog-report'))
  const alone = await run('post-deploy', machine.origin)
  assert.equal(alone.code, 0)
  assert.match(alone.err, /^Shiplog was not told: there is no shiplog-report/)
})
