import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { eventFor, lookInto, pause } from '../e2e/intake.ts'
import { type Answered, keepPosting } from '../e2e/posting.ts'
import { startServer } from '../e2e/server.ts'
import { folderFor, until } from './machine.ts'

const skip = process.platform !== 'linux' || process.getuid?.() !== 0 ? 'it needs root on Linux' : false
const { folder, remove } = folderFor('full')
const data_dir = join(folder, 'disk')

before(() => {
  mkdirSync(data_dir)
  if (!skip) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'shiplog-test', data_dir])
})
after(() => {
  if (!skip) execFileSync('umount', ['-l', data_dir])
  remove()
})

test('a full disk refuses what is to be stored, takes no page away, and heals by itself', {
  skip,
}, async (t) => {
  const server = await startServer({ data_dir })
  t.after(() => server.kill('SIGKILL'))
  const authorization = `Bearer ${await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')}`
  const answers: Answered[] = []
  const load = keepPosting({
    origin: server.origin,
    authorization,
    bodyFor: eventFor,
    connections: 4,
    at_once: 2,
    pause: 20,
    answered: (answer) => answers.push(answer),
  })
  const refused = () => answers.filter(({ status }) => status !== 202)
  await until(() => answers.length > 100)
  const filler = join(data_dir, 'filler')
  assert.throws(() => writeFileSync(filler, Buffer.alloc(16 * 2 ** 20)), { code: 'ENOSPC' })
  await until(() => refused().length > 20, 60_000)
  for (const path of ['/', '/releases', '/api/v2/summary.json', '/history.atom'])
    assert.equal((await fetch(server.origin + path)).status, 200, path)
  execFileSync('mount', ['-o', 'remount,size=64m', data_dir])
  const freed = performance.now()
  const before = answers.length
  await until(() => answers.slice(before).some(({ status }) => status === 202))
  assert.ok(performance.now() - freed < 5_000, 'it took longer than five seconds to heal')
  await pause(500)
  await load.stop()

  for (const { status, headers } of refused()) {
    assert.equal(status, 503)
    assert.match(headers, /^retry-after: \d+/im)
    assert.match(headers, /^content-type: application\/problem\+json/im)
  }
  await server.kill('SIGKILL')
  const acknowledged = answers.filter(({ status }) => status === 202).map(({ key }) => key)
  const { lost, halves, health } = lookInto(join(data_dir, 'shiplog.db'), acknowledged, { thorough: true })
  assert.deepEqual({ lost, halves, health }, { lost: [], halves: 0, health: 'ok' })
  t.diagnostic(`${acknowledged.length} acknowledged, ${refused().length} refused`)
})
