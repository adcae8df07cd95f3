import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'

const lists = ['components', 'releases', 'incidents', 'rollbacks'].map((name) => `/api/v1/${name}`)

test('without a token our own API is public, may be read by scripts from elsewhere, and varies by token', async () => {
  const { ship, incident, cause } = await northwindInTrouble()
  const { inject } = await startTestApp(ship)
  const single = [
    '/api/v1/components/checkout',
    '/api/v1/components/checkout/uptime',
    `/api/v1/incidents/${incident.id}`,
    `/api/v1/releases/${cause}`,
  ]
  for (const url of [...lists, ...single]) {
    for (const method of ['GET', 'HEAD'] as const) {
      const { statusCode, headers } = await inject({ method, url })
      assert.equal(statusCode, 200, `${method} ${url}`)
      assert.equal(headers['access-control-allow-origin'], '*', url)
      assert.match(String(headers['cache-control']), /^public, max-age=10/, url)
      assert.match(String(headers.vary), /authorization/i, url)
    }
    const asked = await inject({ method: 'OPTIONS', url, headers: { origin: 'https://elsewhere.example' } })
    assert.equal(asked.statusCode, 204, url)
    assert.equal(asked.headers['access-control-allow-origin'], '*', url)
    assert.equal(asked.body, '')
  }
})

test('a token is never read across origins', async () => {
  const server = await startTestApp((await northwindInTrouble()).ship)
  const headers = { authorization: await server.token('admin'), origin: 'https://elsewhere.example' }
  for (const url of lists) {
    const answer = await server.inject({ url, headers })
    assert.equal(answer.headers['access-control-allow-origin'], undefined, url)
    assert.match(String(answer.headers['cache-control']), /no-store/, url)
  }
  const asked = await server.inject({ method: 'OPTIONS', url: '/api/v1/releases' })
  assert.doesNotMatch(String(asked.headers['access-control-allow-headers']), /authorization/i)
})

test('a wrong limit, an unknown cursor and a wrong word are refused as problems', async () => {
  const { inject } = await startTestApp((await northwindInTrouble()).ship)
  const wrong: [string, number][] = [
    ['limit=1e9', 422],
    ['limit=-1', 422],
    ['limit=0', 422],
    ['limit=1.5', 422],
    ['limit=ten', 422],
    ['limit=1&limit=2', 422],
    [`cursor=${'x'.repeat(101)}`, 422],
    ['cursor=nosuchthing0', 404],
  ]
  for (const url of lists) {
    for (const [query, status] of wrong) {
      const { statusCode, headers, body } = await inject({
        url: `${url}?${query}`,
        headers: { accept: 'text/html' },
      })
      assert.equal(statusCode, status, `${url}?${query}: ${body}`)
      assert.equal(headers['content-type'], 'application/problem+json')
    }
  }
  for (const query of ['kind=moon', 'state=moon']) {
    assert.equal((await inject(`/api/v1/releases?${query}`)).statusCode, 422, query)
  }
})

test('what programs read is in the description of the API', async () => {
  const { inject } = await startTestApp((await northwindInTrouble()).ship)
  const { paths } = (await inject('/openapi.json')).json()
  for (const url of [...lists, '/api/v1/components/{component}', '/api/v2/summary.json']) {
    assert.ok(paths[url]?.get, url)
    assert.ok(paths[url].get.responses['200'], url)
    assert.equal(paths[url].options, undefined, url)
  }
})
