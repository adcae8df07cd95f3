import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprint, type Harbour, harbour } from '../testing/harbour.ts'

const meta = [
  `' or '1'='1`,
  `x'; drop table incidents; --`,
  '%',
  '_',
  '\\',
  '%_\\',
  '*',
  '?',
  '"',
  '`id`',
  '(select 1)',
  '$1',
  ':id',
  'id desc;drop',
]
/** Where it is noted that somebody was there, and the index, which catches up when it is asked. */
const visits = ['sessions', 'api_tokens', 'search_documents', 'search_state', 'incident_presence']

async function everyList({ server }: Harbour) {
  const authorization = await server.token('admin')
  const admin = await server.signedIn('admin')
  const lists = server.routes.filter(({ method, url }) => method === 'GET' && !/[:*]/.test(url))
  const ask = (url: string) =>
    url.startsWith('/admin')
      ? admin.get(url)
      : server.inject({ url, headers: url.startsWith('/api/v1') ? { authorization } : {} })
  return { ask, addresses: lists.map(({ url }) => url) }
}

type Described = Record<string, { get?: { parameters?: { name: string; in: string }[] } }>

test('signs that mean something in SQL find no more than they say, in every filter of every list', async () => {
  const town = await harbour()
  const { ship, server } = town
  const { ask, addresses } = await everyList(town)
  const before = await fingerprint(ship, visits)
  const described: Described = JSON.parse((await server.inject('/openapi.json')).body).paths
  let found = 0
  for (const address of addresses.filter((url) => /^\/api\/v1\/(?!search)/.test(url))) {
    for (const { name } of described[address]?.get?.parameters?.filter((one) => one.in === 'query') ?? []) {
      for (const words of meta) {
        const { statusCode, body } = await ask(`${address}?${name}=${encodeURIComponent(words)}`)
        assert.ok(statusCode < 500, `${address}?${name}=${words}: ${statusCode}`)
        if (statusCode !== 200 || !body.startsWith('{"data":')) continue
        if (name !== 'cursor') assert.deepEqual(JSON.parse(body).data, [], `${address}?${name}=${words}`)
        found += 1
      }
    }
  }
  assert.ok(found > 100, `only ${found} lists were read`)
  assert.deepEqual(await fingerprint(ship, visits), before)
})

test('a page of a list is never longer than a hundred, however it is asked for, and a cursor of nobody’s is told', async () => {
  const town = await harbour()
  const { ask, addresses } = await everyList(town)
  const odd = [
    '1e9',
    '101',
    '-1',
    '0',
    '99999999999999999999',
    'NaN',
    'Infinity',
    '0x10',
    '1.5',
    '',
    'all',
    '1&limit=2',
  ]
  for (const address of addresses.filter((url) => url.startsWith('/api/v1/'))) {
    for (const limit of odd) {
      const { statusCode, body } = await ask(`${address}?limit=${limit}`)
      assert.ok(statusCode < 500, `${address}?limit=${limit}`)
      if (statusCode === 200 && body.startsWith('{"data":'))
        assert.ok(JSON.parse(body).data.length <= 100, address)
    }
    for (const cursor of ['zzzzzzzzzzzz', '9'.repeat(100), `a'--`]) {
      assert.ok((await ask(`${address}?cursor=${encodeURIComponent(cursor)}`)).statusCode < 500, address)
    }
  }
})

test('a span of a thousand years, a year that is none and a day that never was are refused or bounded', async () => {
  const { server } = await harbour()
  const months = [
    '0001-01',
    '9999-12',
    '0000-00',
    '2026-13',
    '2026-1',
    '+02026-01',
    '-000001-01',
    '1e3-01',
    '٢٠٢٦-٠١',
  ]
  for (const month of months)
    assert.equal((await server.inject(`/history/${encodeURIComponent(month)}`)).statusCode, 404, month)
  for (const query of [
    'from=0001-01-01&to=9999-12-31',
    'days=1e9',
    'window=forever',
    'from=9999-12-31&to=0001-01-01',
  ]) {
    const { statusCode, body } = await server.inject(`/api/v1/components/checkout/uptime?${query}`)
    assert.ok(statusCode < 500 && body.length < 100_000, query)
  }
})

test('looking at anything changes nothing, whoever looks', async () => {
  const { ship, server, ids } = await harbour()
  const admin = await server.signedIn('admin')
  const authorization = await server.token('admin')
  const before = await fingerprint(ship, visits)
  for (const { method, url } of server.routes) {
    if (method !== 'GET' && method !== 'HEAD') continue
    const kind = Object.entries(ids).find(([name]) => url.includes(`/${name}`))?.[1] ?? ids.incident
    const where = url.replace(/:\w+/g, kind).replace('*', 'x')
    await server.inject({ method, url: where })
    await server.inject({ method, url: where, headers: { authorization } })
    if (url.startsWith('/admin')) await admin.get(where)
  }
  assert.deepEqual(await fingerprint(ship, visits), before)
})

test('no name in a query, a form or JSON reaches what all objects share', async () => {
  const { server } = await harbour()
  const admin = await server.signedIn('admin')
  const authorization = await server.token('admin')
  const odd = ['__proto__[x]', 'a[__proto__][x]', 'constructor[prototype][x]', '__proto__.x', '__proto__']
  const nested =
    '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"name":{"__proto__":{"x":1}},"rules":{"__proto__":"stop"}}'
  for (const name of odd) {
    for (const url of ['/', '/releases', '/api/v1/incidents', '/login'])
      await server.inject(`${url}?${encodeURIComponent(name)}=1`)
    await admin.post('/admin/settings', { [name]: '1', name: 'Still here' })
    await admin.post('/admin/incidents', { [name]: '1' })
  }
  for (const [method, url] of [
    ['POST', '/api/v1/incidents'],
    ['PATCH', '/api/v1/site'],
    ['PUT', '/api/v1/components/checkout/gate'],
  ] as const) {
    await server.inject({
      method,
      url,
      headers: { authorization, 'content-type': 'application/json' },
      payload: nested,
    })
  }
  const plain = {} as Record<string, unknown>
  assert.deepEqual([plain.x, plain.stop, Object.keys(Object.prototype)], [undefined, undefined, []])
})
