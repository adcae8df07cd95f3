import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine, type Told, until } from './machine.ts'
import { openShell, sshPrograms } from './ssh.ts'

const kit = join(import.meta.dirname, '../integrations/fabric')
const skip = install({ fab: 'fabric', ...sshPrograms })
// each test starts a few programs of Python: on a busy machine they take a while
const how = { skip, timeout: 300_000 }
let machine: Machine
let token = ''
let shell: Awaited<ReturnType<typeof openShell>>

before(async () => {
  if (skip) return
  machine = await startMachine({ components: ['Shop', 'Cart'] })
  token = await machine.server.cli('token', 'create', '--name', 'fab', '--scope', 'releases:write')
  shell = await openShell(machine)
})
after(() => machine?.stop())

type Where = { origin?: string; words?: string[]; here?: boolean; key?: string; service?: string }

/** A task over ssh, or `here`, where it can be signalled as a whole. */
function command(task: string[], { origin, words = [], here, key = token, service = 'shop' }: Where) {
  const env = {
    SHIPLOG_URL: origin ?? machine.origin,
    SHIPLOG_TOKEN: key,
    SERVICE: service,
    PYTHONPATH: kit,
    PYTHONDONTWRITEBYTECODE: '1',
    ...{ USER: 'ada', LOGNAME: 'ada' },
  }
  const over = here ? [] : ['-H', shell.host, '-i', shell.key]
  const args = ['-r', join(import.meta.dirname, 'fabric'), ...over, ...words, ...task]
  return ['fab', args, { env }] as const
}

const run = (task: string[], where: Where = {}) => machine.run(...command(task, where))

async function released<T>(act: () => Promise<T>) {
  const before = new Set((await machine.releases()).map(({ id }) => id))
  const ended = await act()
  const [release, ...more] = (await machine.releases()).filter(({ id }) => !before.has(id))
  assert.ok(release && more.length === 0, 'one release came of it')
  return { ...ended, release: release satisfies Told }
}

test('a task is one release, over ssh, with what it says', how, async () => {
  const { code, err, release } = await released(() => run(['deploy', '--version=1.0.0']))
  assert.deepEqual([code, err], [0, ''])
  const { state, version, environment, actor_name, rollback } = release
  assert.deepEqual([state, version, environment, actor_name], ['succeeded', '1.0.0', 'production', 'ada'])
  assert.deepEqual(rollback, { db_change: 'none' })
})

test('a task that fails is a release that failed, with the code of the command and not the command', {
  skip,
}, async () => {
  const task = ['deploy', '--version=1.0.1', '--run=exit 7 # hunter2']
  const recorder = await machine.recorder('fabric')
  const { code, release } = await released(() => run(task, { origin: recorder.origin }))
  assert.deepEqual([code, release.state, release.message], [7, 'failed', 'A command ended with 7.'])
  assert.ok(!JSON.stringify(recorder.seen.map(({ body }) => body)).includes('hunter2'))
})

test('a task that is left on purpose went well or not as its code says', how, async () => {
  for (const [left, state] of [
    [0, 'succeeded'],
    [4, 'failed'],
  ] as const) {
    const { code, release } = await released(() =>
      run(['deploy', '--version=1.0.2', `--left=${left}`], { here: true }),
    )
    assert.deepEqual([code, release.state], [left, state])
  }
})

test('the decorator keeps a task’s arguments and its help, and a canary ends with everybody', {
  skip,
}, async () => {
  const wrapped = await released(() => run(['wrapped', '--version=1.1.0']))
  const { state, version, message } = wrapped.release
  assert.deepEqual([wrapped.code, state, version, message], [0, 'succeeded', '1.1.0', 'by the decorator'])
  const failed = await released(() => run(['wrapped', '--version=1.1.1', '--run=false']))
  assert.deepEqual([failed.code, failed.release.state], [1, 'failed'])
  assert.match((await run(['--help', 'wrapped'])).out, /Releases a version\.[\s\S]*--run=STRING/)
  const { release } = await released(() => run(['canary', '--version=1.2.0'], { here: true }))
  assert.deepEqual([release.state, release.percent], ['succeeded', 100])
})

test('the rollback task asks Shiplog where to go back to, and is the rollback of what was live', {
  skip,
}, async () => {
  const { code, out, release } = await released(() => run(['rollback']))
  assert.equal(code, 0)
  assert.match(out, /^going back to 1\.1\.0$/m)
  const live = (await machine.releases()).find(({ version }) => version === '1.2.0')
  assert.deepEqual([release.kind, release.kind_by, release.version], ['rollback', 'tool', '1.1.0'])
  assert.equal(release.reverts_release_id, live?.id)
})

test('where Shiplog names no way back, the task says why, and goes where it is told', how, async () => {
  for (const [where, why] of [
    [{ service: 'cart' }, /names no version to go back to: 409 There is no safe way back for Cart/],
    [{ origin: await machine.nowhere() }, /names no version to go back to: .*refused/],
    [{ key: machine.secret }, /names no version to go back to: 40[13]/],
    [{ origin: `${machine.origin}/?` }, /names no version to go back to: what answered is not Shiplog/],
    [{ key: '' }, /SHIPLOG_URL and SHIPLOG_TOKEN are not both set/],
  ] as const) {
    const asked = await run(['rollback'], { ...where, here: true })
    assert.equal(asked.code, 3, asked.out + asked.err)
    assert.match(asked.err, why)
  }
  const told = await run(['rollback', '--version=1.1.0'], { origin: await machine.nowhere(), here: true })
  assert.equal(told.code, 0, told.err)
})

test('a dry run says nothing', how, async () => {
  const recorder = await machine.recorder('fabric')
  const { code } = await run(['deploy', '--version=9'], {
    origin: recorder.origin,
    words: ['--dry'],
    here: true,
  })
  assert.deepEqual([code, recorder.seen], [0, []])
})

test('a Shiplog that is down, hangs or falls over costs no exit code and at most 3 s for each event', {
  skip,
}, async () => {
  const hanging = (await machine.hanging()).origin
  for (const origin of [await machine.nowhere(), hanging, (await machine.closing()).origin]) {
    const well = await run(['deploy', '--version=2'], { origin, here: true })
    assert.equal(well.code, 0, well.err)
    assert.match(well.err, /Shiplog did not take “release\.started”: /)
    assert.ok(well.seconds < 6 + 15, `${well.seconds} s`)
  }
  assert.equal(
    (await run(['deploy', '--version=2', '--run=exit 7'], { origin: hanging, here: true })).code,
    7,
  )
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`a task that ${signal} breaks off is a release that failed, and ends as it would without us`, {
    skip,
  }, async () => {
    const breaks = async (name: string, ...words: string[]) => {
      const mark = join(machine.folder, `${signal}-${name}`)
      const task = [name, ...words, `--run=touch ${mark}; exec sleep 20`]
      const going = machine.begin(...command(task, { here: true }))
      await until(() => existsSync(mark))
      going.interrupt(signal)
      return going.ended
    }
    const { release, ...ended } = await released(() => breaks('deploy', '--version=3'))
    assert.equal(release.state, 'failed', ended.err)
    const without = await breaks('bare')
    assert.deepEqual([ended.code, ended.signal], [without.code, without.signal])
    if (signal === 'SIGTERM') assert.equal(ended.signal, signal)
  })
}
