import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine, type Told, until } from './machine.ts'

const kit = join(import.meta.dirname, '../integrations/ansible')
const playbooks = join(import.meta.dirname, 'ansible')
const skip = install({ 'ansible-playbook': 'ansible-core' })
// each test starts a few programs of Python: on a busy machine they take a while
const how = { skip, timeout: 300_000 }
let machine: Machine

before(async () => {
  if (!skip) machine = await startMachine()
})
after(() => machine?.stop())

type Where = { origin?: string; enabled?: boolean; vars?: Record<string, unknown>; words?: string[] }

function command(playbook: string, { origin, enabled = true, vars = {}, words = [] }: Where) {
  const env = {
    SHIPLOG_URL: origin ?? machine.origin,
    SHIPLOG_TOKEN: machine.secret,
    ANSIBLE_CALLBACK_PLUGINS: join(kit, 'callback_plugins'),
    ANSIBLE_CALLBACKS_ENABLED: enabled ? 'shiplog' : '',
    ANSIBLE_ROLES_PATH: join(kit, 'roles'),
    ANSIBLE_NOCOLOR: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    ANSIBLE_REMOTE_TMP: join(machine.folder, 'ansible'),
    ...{ USER: 'ada', LOGNAME: 'ada' },
  }
  const inventory = ['-i', join(playbooks, 'inventory')]
  const args = [...inventory, '-e', JSON.stringify(vars), ...words, join(playbooks, `${playbook}.yml`)]
  return ['ansible-playbook', args, { env }] as const
}

const run = (playbook: string, where: Where = {}) => machine.run(...command(playbook, where))

/** What a playbook ended with, and the releases that came of it. */
async function released(playbook: string, where: Where = {}) {
  return newReleases(() => run(playbook, where))
}

async function newReleases<T>(act: () => Promise<T>) {
  const before = new Set((await machine.releases()).map(({ id }) => id))
  const ended = await act()
  const releases = (await machine.releases()).filter(({ id }) => !before.has(id))
  return { ...ended, releases }
}

function one([release, ...more]: Told[]) {
  assert.ok(release && more.length === 0, 'one release came of it')
  return release
}

test('a playbook is one release, with what its variables say and nothing else that they hold', {
  skip,
}, async () => {
  const recorder = await machine.recorder('ansible')
  const vars = {
    shiplog_version: '1.4.2',
    shiplog_db_change: 'reversible',
    shiplog_token: 'hunter2',
    shiplog_url: 'http://hunter2/',
  }
  const { code, out, err, releases } = await released('ok', { origin: recorder.origin, vars })
  assert.deepEqual([code, err], [0, ''], out)
  const { state, version, environment, actor_name, rollback } = one(releases)
  assert.deepEqual([state, version, environment, actor_name], ['succeeded', '1.4.2', 'production', 'ada'])
  assert.deepEqual(rollback, { db_change: 'reversible' })
  const types = recorder.seen.map(({ body }) => JSON.parse(body).type)
  assert.deepEqual(types, ['release.started', 'release.succeeded'])
  assert.ok(!JSON.stringify(recorder.seen).includes('hunter2'))
})

for (const [what, playbook, vars, state, message] of [
  ['failed everywhere', 'failed', {}, 'failed', 'It failed on 2 of 2 hosts. Last at the task “Install”.'],
  [
    'failed on one host',
    'failed',
    { bad: ['web2'] },
    'failed',
    'It failed on 1 of 2 hosts. Last at the task “Install”.',
  ],
  ['could not reach a host', 'unreachable', {}, 'failed', 'It failed on 1 of 2 hosts.'],
  ['was rescued', 'rescued', {}, 'succeeded', null],
] as const) {
  test(`a playbook that ${what} is reported as ${state}, and ends as it would without us`, {
    skip,
  }, async () => {
    const { releases, code, out } = await released(playbook, { vars })
    assert.deepEqual([one(releases).state, one(releases).message], [state, message], out)
    assert.equal(code, (await run(playbook, { vars, enabled: false })).code)
  })
}

test('each of several playbooks is a release of its own', how, async () => {
  const { releases } = await released('late', { words: [join(playbooks, 'ok.yml')] })
  assert.deepEqual(
    releases.map(({ state, version }) => [state, version]),
    [
      ['succeeded', '2.0.0'],
      ['succeeded', null],
    ],
  )
})

test('what is known late is said at the end, and -e names a service too', how, async () => {
  assert.equal(one((await released('late')).releases).version, '2.0.0')
  const vars = { shiplog_service: 'shop', shiplog_environment: 'staging', shiplog_kind: 'rollback' }
  const { environment, state, kind } = one((await released('unnamed', { vars })).releases)
  assert.deepEqual([environment, state, kind], ['staging', 'succeeded', 'rollback'])
})

test('check mode, no hosts, no service and a plugin that is not enabled say nothing', how, async () => {
  const recorder = await machine.recorder('ansible')
  const { origin } = recorder
  for (const [playbook, where] of [
    ['ok', { words: ['--check'] }],
    ['role', { words: ['--check'], enabled: false }],
    ['unnamed', {}],
    ['unnamed', { vars: { which: 'nobody', shiplog_service: 'shop' } }],
    ['ok', { enabled: false }],
  ] as const) {
    const { code, out, err } = await run(playbook, {
      ...where,
      words: [...('words' in where ? where.words : [])],
      origin,
    })
    assert.equal(code, 0, out + err)
  }
  assert.deepEqual(recorder.seen, [])
})

/** Signals Ansible alone; once it is gone, what it leaves running is ended, which would else hold its output open. */
async function endedAlone(going: ReturnType<Machine['begin']>, signal: NodeJS.Signals) {
  const is_there = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  going.signal(signal)
  await until(() => !is_there(going.pid))
  if (is_there(-going.pid)) going.interrupt('SIGKILL')
}

for (const [signal, how] of [
  ['SIGINT', 'all'],
  ['SIGTERM', 'alone'],
  ['SIGHUP', 'alone'],
] as const) {
  test(`a playbook that ${signal} breaks off is reported as failed, and ends as it would without us`, {
    skip,
  }, async () => {
    const breaks = (enabled: boolean) => async () => {
      const mark = join(machine.folder, `${signal}-${enabled}`)
      const going = machine.begin(...command('waits', { enabled, vars: { mark } }))
      await until(() => existsSync(mark))
      if (how === 'all') going.interrupt(signal)
      else await endedAlone(going, signal)
      return going.ended
    }
    const { releases, ...ended } = await newReleases(breaks(true))
    const { state, message } = one(releases)
    assert.deepEqual(
      [state, message],
      ['failed', 'The playbook was broken off before its recap.'],
      ended.out + ended.err,
    )
    const without = await breaks(false)()
    assert.deepEqual([ended.code, ended.signal], [without.code, without.signal])
  })
}

test('a Shiplog that is down, hangs, falls over or refuses costs no exit code and at most 3 s for each event', {
  skip,
}, async () => {
  const without = await run('ok', { enabled: false })
  for (const [what, origin, words] of [
    ['down', await machine.nowhere(), /Shiplog did not take “release\.started”: .*Connection refused/s],
    ['hanging', (await machine.hanging()).origin, /no answer within 3 seconds|timed out/],
    ['falling over', (await machine.closing()).origin, /Shiplog did not take/],
    ['not it', `${machine.origin}/nothing`, /did not take “release\.succeeded”:\s+40[45]/],
  ] as const) {
    const { code, err, out, seconds } = await run('ok', { origin })
    assert.equal(code, 0, what)
    assert.match(out + err, words)
    // two events; the rest is room for a machine that has other things to do
    assert.ok(seconds < without.seconds + (what === 'hanging' ? 6 : 0) + 15, `${what}: ${seconds} s`)
  }
  const failed = await run('failed', { origin: (await machine.hanging()).origin })
  assert.equal(failed.code, 2)
})

test('the role reports one release, failed if it failed on any host, and the playbook ends as it should', {
  skip,
}, async () => {
  for (const [bad, state, code] of [
    [[], 'succeeded', 0],
    [['web2'], 'failed', 2],
    [['web1', 'web2'], 'failed', 2],
  ] as const) {
    const { releases, ...ended } = await released('role', {
      enabled: false,
      vars: { bad, shiplog_version: '3.0.0' },
    })
    assert.deepEqual(
      [one(releases).state, one(releases).version, ended.code],
      [state, '3.0.0', code],
      ended.out,
    )
    const reached = [...ended.out.matchAll(/after on (web\d)/g)].map(([, host]) => host).sort()
    assert.deepEqual(
      reached,
      ['web1', 'web2'].filter((host) => !(bad as readonly string[]).includes(host)),
    )
  }
})

test('the role costs nothing either when Shiplog is down or hangs', how, async () => {
  const without = await run('unnamed', { enabled: false })
  for (const origin of [await machine.nowhere(), (await machine.hanging()).origin]) {
    const { code, out, seconds } = await run('role', { enabled: false, origin })
    assert.equal(code, 0, out)
    assert.ok(seconds < without.seconds + 6 + 12, `${seconds} s`)
  }
})
