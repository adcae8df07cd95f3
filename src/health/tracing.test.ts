import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { createToken } from '../accounts/tokens.ts'
import { buildApp } from '../app.ts'
import type { Client } from '../outbound/client.ts'
import { inTransaction } from '../platform/context.ts'
import { world } from '../testing/world.ts'
import { type Attributes, loadOtel, type Otel } from './otel.ts'
import { makeTracing } from './tracing.ts'

type Told = {
  name: string
  kind: number
  in: string
  attributes: Attributes
  failed: boolean
  ended: boolean
}

/** What OpenTelemetry would be told, kept. */
function recorder() {
  const told: Told[] = []
  const otel: Otel = {
    root: { name: 'root' },
    placeOf: ({ traceId }) => ({ name: traceId }),
    within: (_place, span) => span,
    start(name, { kind, attributes = {} }, place) {
      const one: Told = {
        name,
        kind,
        in: (place as { name: string }).name,
        attributes,
        failed: false,
        ended: false,
      }
      told.push(one)
      return Object.assign(one, {
        setAttributes: (more: Attributes) => Object.assign(one.attributes, more),
        updateName: (better: string) => {
          one.name = better
        },
        setStatus: () => {
          one.failed = true
        },
        end: () => {
          one.ended = true
        },
      })
    },
    stop: () => new Promise(() => {}),
  }
  return { told, tracing: makeTracing(otel, 20) }
}

test('a request, the transaction in it and a call are told, with where they belong and without what was sent', async () => {
  const ship = await world()
  const { told, tracing } = recorder()
  const settings = { url: null, trusted_proxies: [], log_level: 'silent', secret: ship.secret }
  const app = await buildApp(settings, ship, { tracing })
  const cli = ship.as({ kind: 'cli', id: null, name: 'x' })
  const { token } = await createToken(cli, { name: 'all', scopes: ['admin'] })
  const headers = { authorization: `Bearer ${token}` }
  const trace = 'a'.repeat(32)
  const traceparent = `00-${trace}-${'b'.repeat(16)}-01`
  await app.inject({
    method: 'POST',
    url: '/api/v1/components',
    headers: { ...headers, traceparent },
    payload: { name: 'c4nary' },
  })
  await app.inject({
    url: '/api/v1/components/c4nary?x=c4nary',
    headers: { traceparent: `00-${'0'.repeat(32)}-x` },
  })
  await app.inject('/c4nary')
  const [made, verb, read, none] = told
  assert.deepEqual(made && [made.name, made.kind, made.in], ['POST /api/v1/components', 1, trace])
  assert.equal(made?.attributes['http.response.status_code'], 201)
  assert.deepEqual(verb && [verb.name, verb.in], ['component.created', 'POST /api/v1/components'])
  assert.deepEqual(read && [read.name, read.in], ['GET /api/v1/components/:component', 'root'])
  assert.equal(none?.name, 'GET (none)')
  assert.ok(told.every(({ ended, failed }) => ended && !failed))
  assert.doesNotMatch(JSON.stringify(told), new RegExp(`c4nary|${token}`))
})

test('a transaction that failed, a call that failed and a call that threw are told as failures', async () => {
  const ship = await world()
  const { told, tracing } = recorder()
  const broken = inTransaction({ ...ship, traced: tracing.root }, () => Promise.reject(new Error('no')))
  await assert.rejects(broken, /no/)
  const answers = [
    { error: 'gone', permanent: true },
    { status: 204, headers: {}, body_excerpt: '' },
  ]
  const client = tracing.calls({
    send: async () => answers.shift() as never,
    head: () => Promise.reject(new Error('off')),
  } as Client)
  const url = 'https://ada:c4nary@hooks.example/c4nary?token=c4nary'
  for (const _ of [1, 2]) await client.send({ url, method: 'POST' })
  await assert.rejects(client.head(url), /off/)
  assert.deepEqual(
    told.map(({ name, failed }) => [name, failed]),
    [
      ['transaction', true],
      ['POST hooks.example', true],
      ['POST hooks.example', false],
      ['HEAD hooks.example', true],
    ],
  )
  assert.doesNotMatch(JSON.stringify(told), /c4nary/)
})

test('without the packages there is nothing to load, and a collector that hangs holds no stop up', async () => {
  assert.equal(loadOtel('1', createRequire('/nowhere/at/all.js')), null)
  const begun = performance.now()
  await recorder().tracing.stop()
  assert.ok(performance.now() - begun < 10_000)
})
