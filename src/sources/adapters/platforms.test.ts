import assert from 'node:assert/strict'
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { netlifyToken } from '../../testing/senders.ts'
import type { Credentials } from '../adapter.ts'
import { adapterFor } from './index.ts'

const received_at = '2026-11-23T12:00:00.000Z'
const body = Buffer.from('{"id":"1","name":"Käse & Brot"}')
const nothing: Credentials['publicText'] = () => Promise.reject(new Error('Nothing is fetched for this.'))

function took(
  kind: string,
  headers: Record<string, string | undefined>,
  more: Partial<Credentials & { body: Buffer }> = {},
) {
  const { secrets = ['old', 'new'], settings = {}, publicText = nothing, body: bytes = body } = more
  const credentials = { secrets, settings, publicText } as Credentials
  return adapterFor(kind)?.verify(
    { headers: headers as Record<string, string>, body: bytes, received_at },
    credentials,
  )
}

const hmac = (hash: string, secret: string, bytes: Buffer = body) => createHmac(hash, secret).update(bytes)

test('Heroku signs in base64, Vercel by SHA-1 in hex, and nothing else is theirs', () => {
  const tools = [
    { kind: 'heroku', header: 'heroku-webhook-hmac-sha256', hash: 'sha256', code: 'base64' },
    { kind: 'vercel', header: 'x-vercel-signature', hash: 'sha1', code: 'hex' },
  ] as const
  for (const { kind, header, hash, code } of tools) {
    const right = hmac(hash, 'new').digest(code)
    for (const secret of ['old', 'new']) {
      assert.equal(took(kind, { [header]: hmac(hash, secret).digest(code) }), true, kind)
    }
    const wrong = [
      undefined,
      '',
      right.slice(1),
      right.slice(0, -1),
      `${right}0`,
      `${right} ${right}`,
      hmac(hash, 'other').digest(code),
      hmac(hash, '').digest(code),
      hmac(hash === 'sha1' ? 'sha256' : 'sha1', 'new').digest(code),
      hmac(hash, 'new').digest(code === 'hex' ? 'base64' : 'hex'),
      'é'.repeat(right.length),
      '0'.repeat(right.length),
    ]
    for (const signature of wrong)
      assert.equal(took(kind, { [header]: signature }), false, `${kind} ${signature}`)
    assert.equal(took(kind, { [header]: right }, { body: Buffer.from(`${body} `) }), false, 'one byte more')
    assert.equal(took(kind, { [header]: right }, { secrets: [] }), false, 'no secret')
    assert.equal(took(kind, { 'x-signature': right }), false)
  }
})

test('Netlify’s token is made with the secret, by Netlify, over this very body', () => {
  const token = (...more: [object?, object?]) => netlifyToken(body, 'new', ...more)
  const shown = (header: string | undefined, more = {}) =>
    took('netlify', { 'x-webhook-signature': header }, more)
  assert.equal(shown(token()), true)
  assert.equal(shown(netlifyToken(body, 'old')), true)
  const [head = '', claims = '', signature = ''] = token().split('.')
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url')
  const wrong = [
    undefined,
    '',
    '..',
    `${head}.${claims}`,
    `${head}.${claims}.`,
    `${unsigned}.${claims}.`,
    `${unsigned}.${claims}.${signature}`,
    `${head}.${claims}.${signature}.${signature}`,
    `${token()} `,
    netlifyToken(body, 'other'),
    netlifyToken(Buffer.from('{}'), 'new'),
    token({}, { alg: 'HS512' }),
    token({}, { alg: 'none' }),
    token({ iss: 'nobody' }),
    token({ iss: undefined }),
    token({ sha256: undefined }),
    token({ sha256: '0'.repeat(64) }),
    netlifyToken(body, ''),
  ]
  for (const header of wrong) assert.equal(shown(header), false, String(header))
  assert.equal(shown(token(), { body: Buffer.from(`${body}\n`) }), false)
  assert.equal(shown(token(), { secrets: [] }), false)
})

test('Travis signs the decoded payload with the key that its API shows, and nobody else does', async () => {
  const body = Buffer.from('{"repository":{"owner_name":"Acme","name":"shop"},"message":"Käse & Brot"}')
  const settings = { repositories: 'acme/shop' }
  const [key, other] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 1024 }))
  const sign = (bytes: Buffer | string, by = key, hash = 'RSA-SHA1') =>
    createSign(hash)
      .update(bytes)
      .sign(by?.privateKey ?? '', 'base64')
  const form = Buffer.from(`payload=${encodeURIComponent(body.toString()).replaceAll('%20', '+')}`)
  const asked: string[] = []
  const showing = (public_key: unknown) => async (url: string) => {
    asked.push(url)
    return JSON.stringify({ config: { notifications: { webhook: { public_key } } } })
  }
  const pem = key?.publicKey.export({ type: 'spki', format: 'pem' })
  const shown = (
    signature: string | undefined,
    more: Partial<Credentials & { body: Buffer; type: string }> = {},
  ) => {
    const headers = { signature, 'content-type': more.type ?? 'application/x-www-form-urlencoded' }
    return took('travis', headers, { publicText: showing(pem), settings, body: form, ...more })
  }
  assert.equal(await shown(sign(body)), true)
  assert.equal(
    await shown(sign(body), { settings: { ...settings, api: 'https://travis.example/api/' } }),
    true,
  )
  assert.deepEqual(asked, ['https://api.travis-ci.com/config', 'https://travis.example/api/config'])

  assert.equal(await shown(sign(form)), false, 'the raw body')
  const wrong = [
    undefined,
    '',
    'x',
    sign(body).slice(4),
    sign(body, other),
    sign(body, key, 'RSA-SHA256'),
    `${sign(body)}!`,
    'A'.repeat(172),
  ]
  for (const signature of wrong) assert.equal(await shown(signature), false, String(signature))
  assert.equal(await shown(sign(body), { body: Buffer.concat([form, Buffer.from('+')]) }), false)
  assert.equal(await shown(sign(body), { body: Buffer.from('other=1') }), false)
  assert.equal(await shown(sign(body), { body, type: 'application/json' }), false, 'no form')
  for (const none of [undefined, null, 7, '', 'no key', {}]) {
    await assert.rejects(async () => shown(sign(body), { publicText: showing(none) }), /is no key/)
  }
  await assert.rejects(async () => shown(sign(body), { publicText: async () => '<html>' }), /is no key/)
})

test('who has no signature makes Shiplog fetch nothing', async () => {
  assert.equal(await took('travis', { 'content-type': 'application/x-www-form-urlencoded' }), false)
})

test('what opens logs, names people or was secret in a payload is not kept', () => {
  const folder = join(import.meta.dirname, 'fixtures')
  for (const name of ['netlify-created', 'netlify-failed', 'travis-passed', 'heroku-release-succeeded']) {
    const { body } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
    const text = JSON.stringify(body)
    assert.match(text, /hunter2/, 'there is something to hide')
    const adapter = adapterFor(name.split('-')[0] ?? '')
    const kept = JSON.stringify(adapter?.redact?.(body))
    assert.doesNotMatch(kept, /hunter2|output_stream_url|author_email/)
    assert.match(kept, /shop/)
    for (const odd of [null, [], 'text', 7]) assert.deepEqual(adapter?.redact?.(odd), odd)
  }
})
