import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../scripts/scratch.ts'
import { native } from '../../src/sources/adapters/native.ts'

// What it does with a real Shiplog, in other shells and at a terminal, is tried by tools/shiplog-report*.test.ts.
const script = join(import.meta.dirname, 'shiplog-report')
const lacking = spawnSync('curl', ['--version']).error ?? spawnSync('sh', ['-c', ':']).error
const skip = lacking ? 'There is no curl, or no sh.' : false

/** Something that takes reports as Shiplog does, and keeps them. */
async function taker(t: TestContext) {
  const seen: { headers: IncomingHttpHeaders; body: unknown }[] = []
  const server = createServer(async (request, reply) => {
    seen.push({ headers: request.headers, body: await json(request).catch(() => 'not JSON') })
    reply.writeHead(202).end('{"outcome":"accepted","matched":true}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

async function report(origin: string, words: string[], { file = script, input = '' } = {}) {
  const settings = { SHIPLOG_URL: origin, SHIPLOG_TOKEN: 'slk_se"cret\\', SHIPLOG_SERVICE: 'shop' }
  const child = spawn('sh', [file, ...words], { env: { PATH: process.env.PATH, ...settings } })
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, out, err }
}

test('a wrapped command keeps its input, output and exit code, and both its ends are told', {
  skip,
}, async (t) => {
  const { origin, seen } = await taker(t)
  const ended = await report(origin, ['run', '--version', '1.0', '--', 'sh', '-c', 'cat; exit 7'], {
    input: 'typed',
  })
  assert.deepEqual(ended, { code: 7, out: 'typed', err: '' })
  assert.deepEqual(
    seen.map(({ body }) => (body as { type: string }).type),
    ['release.started', 'release.failed'],
  )
  const runs = new Set(seen.map(({ body }) => (body as { run: string }).run))
  assert.equal(runs.size, 1)
  assert.equal(seen[0]?.headers.authorization, 'Bearer slk_se"cret\\')
  const keys = new Set(seen.map(({ headers }) => headers['idempotency-key']))
  assert.equal(keys.size, 2)
})

test('whatever is said is the same when it is read, and a script that escapes less would be noticed', {
  skip,
}, async (t) => {
  const { origin, seen } = await taker(t)
  const hostile = `"; rm -rf / #\n\t$(id) \`id\` \\" ' %s ${'é😀'} */`
  const words = ['started', '--run', '1', '--message', hostile, '--rollback', `plan=${hostile}`]
  assert.deepEqual(await report(origin, words), { code: 0, out: '', err: '' })
  const { headers, body } = seen[0] as (typeof seen)[number]
  const received_at = '2026-11-26T00:00:00.000Z'
  const said = native.translate({ headers, body: Buffer.from(''), json: body, received_at })
  const facts = 'events' in said ? said.events[0]?.facts : null
  assert.deepEqual([facts?.message, facts?.rollback], [hostile, { plan: hostile }])

  const careless = join(scratch(t), 'careless')
  writeFileSync(
    careless,
    readFileSync(script, 'utf8').replace(`-e 's/[\\\\"]/\\\\&/g' -e "s/$tab`, `-e "s/$tab`),
  )
  await report(origin, ['started', '--message', 'a "b"'], { file: careless })
  assert.equal(seen[1]?.body, 'not JSON')
})

test('where nobody listens it says one line for each report, and the command is none the wiser', {
  skip,
}, async () => {
  const { code, err } = await report('http://127.0.0.1:9', ['run', 'sh', '-c', 'exit 4'])
  assert.equal(code, 4)
  assert.match(err, /^(shiplog-report: Shiplog was not reached, so release\.\w+ was not reported: .+\n){2}$/)
  assert.equal((await report('http://127.0.0.1:9', ['started'])).code, 0)
  assert.equal((await report('http://127.0.0.1:9', ['started', '--strict'])).code, 1)
})
