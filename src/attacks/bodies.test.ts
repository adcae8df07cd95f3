import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { fingerprint, harbour } from '../testing/harbour.ts'

/** What is noted of a request, also of one that is refused, and the bytes of a hook that makes no sense. */
const noted = ['api_tokens', 'sources', 'login_failures', 'sessions', 'deliveries', 'journal', 'journal_head']

const many = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at))
const bodies: Record<string, string | Buffer> = {
  'a hundred thousand brackets': '['.repeat(100_000),
  'a hundred thousand objects, one in the other': '{"a":'.repeat(40_000),
  'depth that closes': `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  'twenty thousand keys': `{${many(20_000, (at) => `"k${at}":1`).join()}}`,
  'keys that collide': `{${many(5_000, (at) => `"${at % 7 ? '__proto__' : 'constructor'}":{"x":${at}}`).join()}}`,
  'bytes that are no UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  'an overlong slash': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc0, 0xaf, 0x22, 0x7d]),
  'UTF-16': Buffer.from('{"title":"x"}', 'utf16le'),
  'a NUL': '{"title":"a\\u0000b"}',
  'half a character': '{"title":"\\ud800"}',
  'a key twice': '{"title":"a","title":"b"}',
  'a number beyond all numbers': '{"title":1e400,"version":-1e400}',
  'a number of a hundred thousand digits': `{"version":${'9'.repeat(60_000)}}`,
  'a byte order mark': '\ufeff{"title":"x"}',
  nothing: '',
  spaces: ' '.repeat(60_000),
  'a word': 'null',
  'an array where a thing should be': '[{"title":"x"}]',
  gzip: gzipSync('{"title":"x"}'),
}

test('whatever body comes, it is refused or taken as it is, nothing breaks, and nothing of it is half done', async () => {
  const { ship, server, github } = await harbour()
  const authorization = await server.token('admin')
  const before = await fingerprint(ship, noted)
  for (const [what, payload] of Object.entries(bodies)) {
    const signature = `sha256=${createHmac('sha256', github.secret).update(payload).digest('hex')}`
    const hook = {
      'x-github-event': 'deployment_status',
      'x-hub-signature-256': signature,
    }
    for (const [url, more] of Object.entries({
      '/api/v1/incidents': { authorization },
      '/api/v1/components': { authorization },
      '/api/v1/events': { authorization },
      [`/hooks/${github.source.id}`]: hook,
    })) {
      const headers = { 'content-type': 'application/json', ...more } as Record<string, string>
      const { statusCode, body } = await server.inject({ method: 'POST', url, headers, payload })
      const taken = url.startsWith('/hooks') && statusCode === 202 // verified, kept as invalid, with the reason
      assert.ok(
        taken || (statusCode >= 400 && statusCode < 500),
        `${what} at ${url}: ${statusCode} ${body.slice(0, 200)}`,
      )
    }
  }
  assert.deepEqual(await fingerprint(ship, noted), before)
})

const types = [
  'application/json\t; charset=utf-8',
  ' application/json',
  'APPLICATION/JSON',
  'application/json;',
  'application/json;charset=utf-16',
  'application/json; a=b; c=d',
  'text/json',
  'application/vnd.api+json',
  'application/problem+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'a/b, application/json',
  'application/json\u00a0',
  'x'.repeat(300),
  undefined,
]

test('a content type of whatever spelling leads past no check: the same is refused, or it is 415', async () => {
  const { server } = await harbour()
  const authorization = await server.token('admin')
  const wrong = JSON.stringify({ title: 7, name: [], tier: 'none' })
  for (const type of types) {
    const headers = { authorization, ...(type === undefined ? {} : { 'content-type': type }) }
    for (const [method, url] of [
      ['POST', '/api/v1/incidents'],
      ['POST', '/api/v1/components'],
      ['PUT', '/api/v1/environments/production'],
    ] as const) {
      const { statusCode } = await server.inject({ method, url, headers, payload: wrong })
      assert.ok([400, 415, 422].includes(statusCode), `${type} at ${url}: ${statusCode}`)
    }
    const unsigned = await server.inject({
      method: 'POST',
      url: '/api/v1/events',
      headers: { ...headers, authorization: '' },
      payload: wrong,
    })
    assert.ok([400, 401, 415].includes(unsigned.statusCode), `${type}: ${unsigned.statusCode}`)
  }
})

test('a form is nothing but a form: no JSON, no text, no upload, and no other method by a field', async () => {
  const { ship, server } = await harbour()
  const admin = await server.signedIn('admin')
  const before = await fingerprint(ship, noted)
  for (const type of types.filter((type) => type !== undefined && !/urlencoded/.test(type))) {
    const { statusCode } = await admin.post(
      '/admin/settings',
      { name: 'Hijacked', version: '0' },
      { 'content-type': type },
    )
    assert.ok([400, 403, 415].includes(statusCode), `${type}: ${statusCode}`)
  }
  const headers = {
    'x-http-method-override': 'DELETE',
    'x-http-method': 'DELETE',
    'x-method-override': 'DELETE',
  }
  const authorization = await server.token('admin')
  const override = {
    method: 'POST' as const,
    url: '/api/v1/site/logo?_method=DELETE',
    payload: { _method: 'DELETE' },
  }
  assert.equal((await server.inject({ ...override, headers: { ...headers, authorization } })).statusCode, 404)
  assert.deepEqual(await fingerprint(ship, noted), before)
})

test('a body one byte too long is 413, and what is allowed is read', async () => {
  const { server } = await harbour()
  const authorization = await server.token('admin')
  const sized = (bytes: number) => `{"title":"${'x'.repeat(bytes - 12)}"}`
  const limits = { '/api/v1/incidents': 64 * 1024, '/api/v1/events': 256 * 1024 }
  for (const [url, most] of Object.entries(limits)) {
    const headers = { authorization, 'content-type': 'application/json' }
    const send = (bytes: number) => server.inject({ method: 'POST', url, headers, payload: sized(bytes) })
    assert.equal((await send(most)).statusCode, 422, url)
    assert.equal((await send(most + 1)).statusCode, 413, url)
  }
})
