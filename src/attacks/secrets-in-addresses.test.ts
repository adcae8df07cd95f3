import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

const payload = JSON.stringify({ type: 'release.succeeded', service: 'shop', version: '1.4.3' })

/** Every way to show a secret beside a header of its own, for this source. */
const ways = {
  'in the path': (id: string, secret: string) => ({ url: `/hooks/${id}/${secret}` }),
  'in the query': (id: string, secret: string) => ({ url: `/hooks/${id}?access_token=${secret}` }),
  'in the query, with its signs and a letter of it written by number': (id: string, secret: string) => ({
    url: `/hooks/${id}?access_token=${byNumber(secret)}`,
  }),
  'as a password': (id: string, secret: string) => ({
    url: `/hooks/${id}`,
    headers: { authorization: `Basic ${btoa(`shiplog:${secret}`)}` },
  }),
  'as a bearer, and under another name once more': (id: string, secret: string) => ({
    url: `/hooks/${id}?token=${secret}`,
    headers: { authorization: `Bearer ${secret}` },
  }),
}

/** What means the same in an address: `slk_` is `%73lk%5F`. */
const byNumber = (secret: string) => secret.replace('s', '%73').replaceAll('_', '%5f').replaceAll('-', '%2D')

/** What proxies, meshes and browsers add by themselves: where it was really asked for. */
const repeated = ['x-original-uri', 'x-original-url', 'x-forwarded-uri', 'x-envoy-original-path', 'referer']

test('a secret in the address is kept nowhere, though a proxy repeats the address in headers of its own', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  for (const [way, asked] of Object.entries(ways)) {
    const { url, headers = {} } = { headers: {}, ...asked(source.id, secret) }
    const isThere = url.includes(secret) || url.includes(byNumber(secret))
    const shown = isThere ? url : `${url}?x=${encodeURIComponent(secret)}`
    const added = Object.fromEntries(repeated.map((name) => [name, `https://status.example.com${shown}`]))
    const sent = { 'content-type': 'application/json', 'idempotency-key': way, ...added, ...headers }
    const answer = await server.inject({ method: 'POST', url, headers: sent, payload })
    assert.equal(answer.statusCode, 202, way)
    const page = await (await server.signedIn('viewer')).get(`/admin/deliveries/${answer.json().delivery}`)
    assert.match(page.body, /x-envoy-original-path/, 'the headers are shown')
    for (const told of [secret, byNumber(secret)]) assert.ok(!page.body.includes(told), way)
  }
  const rows = await ship.db.selectFrom('deliveries').selectAll().execute()
  assert.equal(rows.length, 5)
  for (const told of [secret, byNumber(secret)]) assert.ok(!JSON.stringify(rows).includes(told))
})
