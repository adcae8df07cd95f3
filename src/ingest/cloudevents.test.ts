import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource, disableSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

type Event = { headers: Record<string, string>; body: { data: unknown; id: string } }
const folder = join(import.meta.dirname, '../sources/adapters/fixtures')
const fixture = (name: string) =>
  JSON.parse(readFileSync(join(folder, `cloudevents-${name}.json`), 'utf8')) as Event
const pipelines = 'myPipeline = mySubject123 in test123'

async function port(...components: string[]) {
  const ship = await world()
  const server = await startTestApp(ship)
  for (const name of components) await createComponent(ship, { name })
  const { source, secret } = await createSource(ship, {
    name: 'CD',
    kind: 'cloudevents',
    settings: { pipelines },
  })
  const url = `/hooks/${source.id}`
  const post = (payload: string, headers: Record<string, string>, query = '') =>
    server.inject({ method: 'POST', url: `${url}${query}`, payload, headers })
  const authorization = `Bearer ${secret}`
  const send = async (name: string) => {
    const { headers, body } = fixture(name)
    return (await post(JSON.stringify(body), { ...headers, authorization })).json()
  }
  const ask = (headers: Record<string, string>, to = url) =>
    server.inject({ method: 'OPTIONS', url: to, headers })
  const releases = () => ship.db.selectFrom('releases').selectAll().orderBy('id').execute()
  return { ship, server, source, secret, authorization, url, post, send, ask, releases }
}

test('the secret is shown as Bearer or in the address, where it is not kept', async () => {
  const { ship, secret, post } = await port()
  const { headers, body } = fixture('own-event')
  const text = (id: string) => JSON.stringify({ ...body, id })
  assert.equal((await post(text('1'), { ...headers, authorization: `Bearer ${secret}` })).statusCode, 202)
  assert.equal((await post(text('2'), headers, `?access_token=${secret}`)).statusCode, 202)
  for (const query of ['', '?access_token=', `?access_token=${secret}x`, `?token=${secret}`]) {
    assert.equal((await post(text('3'), headers, query)).statusCode, 401, query)
  }
  const kept = await ship.db.selectFrom('deliveries').selectAll().execute()
  assert.equal(kept.length, 2)
  assert.ok(!JSON.stringify(kept).includes(secret))
})

test('a batch is refused with 415, and what cannot be read with 400', async () => {
  const { post, authorization } = await port()
  const refused = async (headers: Record<string, string>, body = '{}') =>
    (await post(body, { ...headers, authorization })).statusCode
  assert.equal(await refused({ 'content-type': 'application/cloudevents-batch+json' }, '[]'), 415)
  const binary = {
    'content-type': 'application/json',
    'ce-type': 'io.shiplog.ping',
    'ce-source': '/',
    'ce-id': '1',
  }
  assert.equal(await refused(binary, ''), 200)
  for (const bad of ['%', '%E0%A4%A', '%FF', '%C0%80', '%ED%A0%80']) {
    assert.equal(await refused({ ...binary, 'ce-id': bad }), 400, bad)
  }
  assert.equal(await refused({ 'content-type': 'application/cloudevents+json' }, '{"half'), 400)
  assert.equal(
    await refused({ ...binary, 'ce-id': '%00', 'ce-type': 'x' }),
    202,
    'a NUL is no letter of a key',
  )
})

test('whoever asks first may call, where there is a source that is asked, and learns of no other', async () => {
  const { ship, server, source, ask } = await port()
  const origin = { 'webhook-request-origin': 'eventemitter.example.com' }
  const yes = await ask({ ...origin, 'webhook-request-rate': '120' })
  assert.equal(yes.statusCode, 200)
  const { allow, 'webhook-allowed-origin': who, 'webhook-allowed-rate': rate } = yes.headers
  assert.deepEqual([allow, who, rate], ['POST', '*', '120'])
  assert.equal(
    (await ask({ ...origin, 'webhook-request-rate': 'many' })).headers['webhook-allowed-rate'],
    '*',
  )
  assert.equal((await ask({})).statusCode, 400)
  const { source: github } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const none = await ask(origin, '/hooks/nobody')
  for (const to of [`/hooks/${github.id}`, '/hooks/api', '/hooks/hand']) {
    const answer = await ask(origin, to)
    assert.deepEqual([answer.statusCode, answer.json().detail], [404, none.json().detail], to)
  }
  await disableSource(ship, source.id)
  assert.equal((await ask(origin)).statusCode, 404)
  assert.equal(
    (await server.inject({ method: 'OPTIONS', url: '/api/v1/events', headers: origin })).statusCode,
    404,
  )
})

test('a pipeline and the service that it deploys are one release by their chain, and a rollback is another', async () => {
  const { send, releases } = await port('mySubject123')
  await send('cdevents-pipelinerun-started')
  assert.deepEqual(
    (await releases()).map(({ state, version }) => [state, version]),
    [['running', null]],
  )
  const { release } = await send('cdevents-service-deployed')
  assert.equal((await send('cdevents-service-rolledback')).matched, true)
  const told = await releases()
  assert.deepEqual(
    told.map(({ state, version, kind, started_at }) => [state, version, kind, started_at]),
    [
      ['rolled_back', 'sha256:0b31b1c02ff4', 'deploy', '2023-03-20T14:25:00.000Z'],
      ['succeeded', '234fd47e07d1004f0aed9c', 'rollback', null],
    ],
  )
  assert.equal(told[1]?.reverts_release_id, release)
})
