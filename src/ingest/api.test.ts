import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import { createComponent } from '../components/actions.ts'
import { createSource, disableSource, rotateSecret } from '../sources/actions.ts'
import { sourceById } from '../sources/store.ts'
import { startTestApp } from '../testing/http.ts'
import { once, world } from '../testing/world.ts'

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string
  examples: object[]
}[]
const example = (name: string) => JSON.stringify(examples.find((one) => one.name === name)?.examples[0])
const event = { type: 'release.succeeded', run: '7', service: 'shop', version: '1.4.3' }

/** A server with the component `shop`, a script’s source, GitHub’s, and ways to post to them. */
async function port() {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Shop' })
  const script = await createSource(ship, { name: 'Script', kind: 'native' })
  const github = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const authorization = await server.token('releases:write')
  const json = { 'content-type': 'application/json' }

  const post = (url: string, payload: string | Buffer, headers: Record<string, string>) =>
    server.inject({ method: 'POST', url, payload, headers })
  const native = (body: object | string | Buffer, headers: Record<string, string> = {}) => {
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    return post('/api/v1/events', payload, { ...json, authorization, ...headers })
  }
  const hook = async (name: string, payload: string, headers: Record<string, string> = {}) =>
    post(`/hooks/${github.source.id}`, payload, {
      ...json,
      'x-github-event': name,
      'x-github-delivery': `guid-${name}`,
      'x-hub-signature-256': await sign(github.secret, payload),
      ...headers,
    })
  const rows = async () => (await ship.db.selectFrom('deliveries').select('id').execute()).length
  return { ship, server, script, github, post, native, hook, rows, json }
}

test('an event is acknowledged with 202 after it is stored, and its copy with 200', async () => {
  const { native, rows } = await port()
  const first = await native(event)
  assert.equal(first.statusCode, 202, first.body)
  const { delivery, release, state, matched } = first.json()
  assert.match(delivery, /^[a-z0-9]{12}$/)
  assert.match(release, /^[a-z0-9]{12}$/)
  assert.deepEqual([state, matched], ['succeeded', true])
  const copy = await native(event)
  assert.equal(copy.statusCode, 200)
  assert.deepEqual(copy.json(), { ...first.json(), duplicate: true })
  assert.equal(await rows(), 1)
})

test('an Idempotency-Key makes one delivery of many, and stands for one body', async () => {
  const { native, rows } = await port()
  const keyed = { 'idempotency-key': 'deploy-7' }
  assert.equal((await native(event, keyed)).statusCode, 202)
  assert.equal((await native(event, keyed)).statusCode, 200)
  assert.equal((await native({ ...event, version: '2' }, keyed)).statusCode, 422)
  assert.equal(await rows(), 1)
})

test('a token speaks for the built-in source, a source’s secret for the source', async () => {
  const { ship, script, native, rows } = await port()
  assert.equal((await native(event)).statusCode, 202)
  const own = await native(event, { authorization: `Bearer ${script.secret}` })
  assert.equal(own.statusCode, 202)
  const kept = await ship.db.selectFrom('deliveries').select(['source_id', 'scope']).orderBy('id').execute()
  assert.deepEqual(kept, [
    { source_id: 'api', scope: 'test 1' },
    { source_id: script.source.id, scope: '' },
  ])
  assert.equal(await rows(), 2)
})

test('without a valid secret the answer is 401, no row, no word about why', async () => {
  const { native, post, script, server, ship, rows, json } = await port()
  const { secret: dead } = script
  await rotateSecret(ship, script.source.id, { overlap_hours: 0 })
  for (const authorization of [
    '',
    'Bearer shl_nope',
    `Bearer shl_${'x'.repeat(43)}`,
    'Bearer slk_nope',
    `Bearer ${dead}`,
  ]) {
    const answer = await native(event, { authorization })
    assert.equal(answer.statusCode, 401, authorization)
    assert.match(answer.headers['content-type'] ?? '', /problem\+json/)
    assert.equal(answer.headers['www-authenticate'], 'Bearer')
  }
  const weak = await server.token('releases:read')
  assert.equal((await native(event, { authorization: weak })).statusCode, 403)
  const unsigned = await post(`/hooks/${script.source.id}`, JSON.stringify(event), json)
  assert.equal(unsigned.statusCode, 401)
  assert.equal(await rows(), 0)
})

test('GitHub’s real deliveries, signed by GitHub’s own library, make a release', async () => {
  const { ship, hook, rows } = await port()
  await createComponent(ship, { name: 'Hello-World' })
  const ping = await hook('ping', example('ping'))
  assert.equal(ping.statusCode, 200)
  assert.equal(ping.json().ping, true)
  const queued = await hook('deployment', example('deployment'))
  const live = await hook('deployment_status', example('deployment_status'))
  assert.deepEqual([queued.statusCode, live.statusCode], [202, 202])
  assert.deepEqual([queued.json().state, live.json().state], ['queued', 'succeeded'])
  assert.equal(live.json().release, queued.json().release)
  const again = await hook('deployment_status', example('deployment_status'))
  assert.deepEqual([again.statusCode, again.json().release], [200, live.json().release])
  assert.equal(await rows(), 3)
})

test('a signature that is missing, wrong, cut, of another secret or over other bytes is 401, noted once', async () => {
  const { ship, github, hook, rows } = await port()
  const body = example('deployment')
  const right = await sign(github.secret, body)
  const wrong = [
    '',
    right.slice(0, -1),
    right.replace('sha256=', 'sha1='),
    right.slice('sha256='.length),
    `${right}, ${right}`,
    await sign('another', body),
    await sign(github.secret, JSON.stringify(JSON.parse(body), null, 1)),
  ]
  const answers = new Set<string>()
  for (const signature of wrong) {
    const answer = await hook('deployment', body, { 'x-hub-signature-256': signature })
    assert.equal(answer.statusCode, 401, signature)
    answers.add(answer.json().detail)
  }
  assert.equal(answers.size, 1)
  assert.equal(await rows(), 0)
  const { last_error, seen_at } = await sourceById(ship, github.source.id)
  assert.match(last_error ?? '', /valid secret/)
  assert.equal(seen_at, null)
})

test('both secrets are valid in the overlap, and the old one is dead after', async () => {
  const { ship, github, hook } = await port()
  const body = example('ping')
  const { secret } = await rotateSecret(ship, github.source.id, { overlap_hours: 24 })
  const send = async (key: string, guid: string) =>
    (await hook('ping', body, { 'x-hub-signature-256': await sign(key, body), 'x-github-delivery': guid }))
      .statusCode
  assert.deepEqual([await send(github.secret, 'a'), await send(secret, 'b')], [200, 200])
  ship.wait(24 * 60)
  assert.deepEqual([await send(github.secret, 'c'), await send(secret, 'd')], [401, 200])
})

test('an unknown, a disabled and a built-in source are the same 404', async () => {
  const { ship, github, hook, post, json } = await port()
  await disableSource(ship, github.source.id)
  const closed = await hook('ping', example('ping'))
  const details = new Set([closed.json().detail])
  assert.equal(closed.statusCode, 404)
  for (const id of ['nowhere', 'api', 'hand', '..%2f..%2fetc']) {
    const answer = await post(`/hooks/${id}`, '{}', json)
    assert.equal(answer.statusCode, 404, id)
    details.add(answer.json().detail)
  }
  assert.equal(details.size, 1)
})

test('what cannot be read is 400 and leaves no row', async () => {
  const { native, rows } = await port()
  const unreadable = [
    '',
    '{"type":',
    'type=release.started',
    Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]),
    '['.repeat(100_000),
    `{"a":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
    String.raw`{"type":"release.started","service":"shop\u0000","run":"1"}`,
    String.raw`{"type":"release.started","service":"shop","run":"1","message":"\ud800"}`,
  ]
  for (const body of unreadable) {
    const answer = await native(body)
    assert.equal(answer.statusCode, 400, `${String(body).slice(0, 40)} ${answer.body}`)
    assert.match(answer.headers['content-type'] ?? '', /problem\+json/)
  }
  assert.equal(await rows(), 0)
})

test('a body of 256 KiB is read, one byte more is 413', async () => {
  const { native, rows } = await port()
  const padded = (size: number) => {
    const empty = JSON.stringify({ ...event, note: '' })
    return JSON.stringify({ ...event, note: 'x'.repeat(size - empty.length) })
  }
  assert.equal((await native(padded(256 * 1024))).statusCode, 202)
  assert.equal((await native(padded(256 * 1024 + 1))).statusCode, 413)
  assert.equal(await rows(), 1)
})

test('a wrong shape is 422 and names the fields; unknown fields and odd JSON are taken', async () => {
  const { native, rows } = await port()
  const wrong = await native({
    type: 'nonsense',
    run: '1',
    at: 'soon',
    version: '9'.repeat(10_000),
    percent: 101,
  })
  assert.equal(wrong.statusCode, 422)
  assert.deepEqual(Object.keys(wrong.json().errors).sort(), ['at', 'percent', 'type', 'version'])
  for (const body of [
    'null',
    '[]',
    '"x"',
    '7',
    '{}',
    '{"type":"release.started","service":"shop","percent":1e400}',
  ]) {
    assert.equal((await native(body)).statusCode, 422, body)
  }
  assert.equal(await rows(), 0)
  const odd =
    '\uFEFF{"type":"queued","type":"started","service":"shop","run":"9","__proto__":{"x":1},"colour":1e400}'
  assert.equal((await native(odd)).statusCode, 202)
})

test('a type that is no text is a wrong shape of the sender’s, and not a fault of ours', async () => {
  const { native, rows } = await port()
  for (const type of [{ toString: 1, valueOf: 1 }, ['ping'], 7, true]) {
    for (const _ of ['first', 'again']) {
      const wrong = await native({ ...event, type } as object)
      assert.equal(wrong.statusCode, 422, wrong.body)
      assert.ok(wrong.json().errors.type, wrong.body)
    }
  }
  assert.equal(await rows(), 0)
})

test('a link that is not http is dropped, and the release is kept', async () => {
  const { ship, native } = await port()
  const answer = await native({
    ...event,
    url: 'javascript:alert(1)',
    urls: { target: 'https://shop.example.com' },
  })
  assert.equal(answer.statusCode, 202)
  const { facts } = await ship.db.selectFrom('release_events').select('facts').executeTakeFirstOrThrow()
  assert.deepEqual(JSON.parse(facts).urls, { target: 'https://shop.example.com/' })
  const { body } = await ship.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow()
  assert.match(Buffer.from(body ?? '').toString(), /javascript:alert/)
})

test('the content type does not matter, but batches, uploads and compressed bodies are 415', async () => {
  const { native, server, github, post, rows } = await port()
  const types = [
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/plain',
    'application/cloudevents+json',
    'application/x-yaml',
  ]
  for (const [index, type] of types.entries()) {
    const answer = await native({ ...event, run: `r${index}` }, { 'content-type': type })
    assert.equal(answer.statusCode, 202, `${type} ${answer.body}`)
  }
  for (const type of ['application/json;', ' application/json', 'application/json\t;charset=utf-8', '']) {
    const { statusCode } = await native({ ...event, run: `s${type}` }, { 'content-type': type })
    assert.ok([202, 415].includes(statusCode), `${type} ${statusCode}`)
  }
  const before = await rows()
  for (const type of ['application/cloudevents-batch+json', 'multipart/form-data; boundary=x']) {
    assert.equal((await native(event, { 'content-type': type })).statusCode, 415, type)
  }
  assert.equal((await native(event, { 'content-encoding': 'gzip' })).statusCode, 415)
  assert.equal(await rows(), before)
  const form = `payload=${encodeURIComponent(example('ping'))}`
  const wrapped = await post(`/hooks/${github.source.id}`, form, {
    'content-type': 'application/x-www-form-urlencoded',
    'x-github-event': 'ping',
    'x-hub-signature-256': await sign(github.secret, form),
  })
  assert.equal(wrapped.statusCode, 200, 'GitHub’s default content type')
  assert.ok(server)
})

test('NUL and half characters in a hook are mended, and the bytes are kept as they came', async () => {
  const { ship, hook } = await port()
  const body = example('deployment')
    .replace('"task":"deploy"', String.raw`"task":"deploy","description":"a\u0000b\ud800"`)
    .replace('"description":null', '"ignored":null')
  const answer = await hook('deployment', body)
  assert.equal(answer.statusCode, 202)
  const { facts } = await ship.db.selectFrom('release_events').select('facts').executeTakeFirstOrThrow()
  assert.equal(JSON.parse(facts).message, 'a\uFFFDb\uFFFD')
  const kept = await ship.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow()
  assert.equal(Buffer.from(kept.body ?? '').toString(), body)
})

test('fifty copies at once are one delivery and one release', async () => {
  const { native, rows, ship } = await port()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => native(event, { 'idempotency-key': 'one' })),
  )
  const codes = answers.map(({ statusCode }) => statusCode).sort()
  assert.deepEqual(codes, [...Array(49).fill(200), 202])
  assert.equal(new Set(answers.map((answer) => answer.json().release)).size, 1)
  assert.equal(await rows(), 1)
  assert.equal((await ship.db.selectFrom('releases').select('id').execute()).length, 1)
})

test('a burst with bad ones among it is answered one by one', async () => {
  const { native, rows } = await port()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, run) =>
      native(run % 4 === 0 ? { type: 'nonsense' } : { ...event, run: `r${run}` }),
    ),
  )
  assert.equal(answers.filter(({ statusCode }) => statusCode === 422).length, 10)
  assert.equal(answers.filter(({ statusCode }) => statusCode === 202).length, 30)
  assert.equal(await rows(), 30)
})

test(
  'a store that cannot be written answers 503 with Retry-After, and the same delivery is taken later',
  once,
  async () => {
    const { ship, native, rows } = await port()
    const { sql } = await import('kysely')
    await sql`pragma query_only = 1`.execute(ship.db)
    const shut = await native(event, { 'idempotency-key': 'a' })
    assert.equal(shut.statusCode, 503, shut.body)
    assert.ok(shut.headers['retry-after'])
    await sql`pragma query_only = 0`.execute(ship.db)
    assert.equal((await native(event, { 'idempotency-key': 'a' })).statusCode, 202)
    assert.equal(await rows(), 1)
  },
)
