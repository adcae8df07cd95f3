import assert from 'node:assert/strict'
import { createHmac, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import { Refusal } from '../platform/refusal.ts'
import { createSource } from '../sources/actions.ts'
import { adapterFor } from '../sources/adapters/index.ts'
import { sourceById } from '../sources/store.ts'
import { startTestApp } from '../testing/http.ts'
import { googleKeys, googleToken, keys } from '../testing/keys.ts'
import { world } from '../testing/world.ts'

const fixture = join(import.meta.dirname, '../sources/adapters/fixtures/google_cloud_deploy-succeeded.json')
const payload = JSON.stringify(JSON.parse(readFileSync(fixture, 'utf8')).body)
const email = 'shiplog@my-project.iam.gserviceaccount.com'
const audience = 'https://status.example.com/shiplog'
const received_at = '2026-11-23T12:00:00.000Z'
const claims = { aud: audience, email }
const publicKey = new X509Certificate(keys.signer).publicKey

type Fetching = (anew: boolean) => string

/** A server with a source that one service account may push to; Google’s keys are what `fetching` says. */
async function listening(
  fetching: Fetching = () => googleKeys({ one: keys.signer }),
  settings: object = { audience },
) {
  const ship = await world()
  const asked: [string, boolean][] = []
  const publicText = async (url: string, anew = false) => {
    asked.push([url, anew])
    return fetching(anew)
  }
  const server = await startTestApp({ ...ship, publicText }, { home: 'https://status.example' })
  const given = {
    name: 'Google',
    kind: 'google_cloud_deploy',
    settings: { service_account: email, ...settings },
  }
  const { source } = await createSource(ship, given)
  const push = async (token: string, headers = {}) => {
    const sent = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers }
    return (await server.inject({ method: 'POST', url: `/hooks/${source.id}`, payload, headers: sent }))
      .statusCode
  }
  const kept = async () => (await ship.db.selectFrom('deliveries').select('id').execute()).length
  return { ship, source, asked, push, kept }
}

const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (header: object) =>
  `${coded(header)}.${coded({ iss: 'https://accounts.google.com', exp: 4102444800, email_verified: true, ...claims })}`

/** What was signed with Google’s public key as if it were a secret that both know. */
function hmacWith(secret: string | Buffer) {
  const text = unsigned({ alg: 'HS256', kid: 'one', typ: 'JWT' })
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

test('a token that Google did not sign opens nothing, whatever its own header says of it', async () => {
  const { push, kept, asked } = await listening()
  const right = await googleToken({ claims })
  const own = googleKeys({ one: keys.self_signed })
  const jwk = JSON.parse(own).keys[0]
  const [head, body, signature] = right.split('.')
  const forged = [
    ...['none', 'None', 'NONE', ''].map((alg) => `${unsigned({ alg, typ: 'JWT' })}.`),
    `${unsigned({ alg: 'none' })}.${signature}`,
    hmacWith(publicKey.export({ type: 'spki', format: 'pem' })),
    hmacWith(publicKey.export({ type: 'spki', format: 'der' })),
    hmacWith(keys.signer.slice(keys.signer.indexOf('-----BEGIN CERTIFICATE'))),
    hmacWith(''),
    await googleToken({ claims, key: keys.self_signed }),
    `${unsigned({ alg: 'RS256', kid: 'one', jwk })}.${signature}`,
    `${unsigned({ alg: 'RS256', kid: 'one', jku: 'https://evil.example/keys' })}.${signature}`,
    `${unsigned({ alg: 'RS256', kid: 'one', crit: ['exp'] })}.${signature}`,
    `${head}.${coded({ ...decodeJwt(right), exp: 4102444801 })}.${signature}`,
  ]
  for (const token of forged) assert.equal(await push(token), 401, token.slice(0, 60))
  // whoever only reads what a token says would have let all of them in
  for (const token of forged) assert.equal(decodeJwt(token).email, email)
  for (const token of [
    '',
    'x',
    'a.b.c',
    `${head}.${body}.`,
    `${head}.${body}`,
    `${right}x`,
    `${right} ${right}`,
  ]) {
    assert.equal(await push(token), 401, token.slice(0, 60))
  }
  assert.equal(await push(right, { authorization: right }), 401, 'without Bearer')
  assert.equal(await kept(), 0)
  assert.ok(asked.every(([url]) => url === 'https://www.googleapis.com/oauth2/v3/certs'))
  assert.equal(await push(right), 202)
})

test('a token of Google’s opens nothing that it was not made for', async () => {
  const { push, kept } = await listening()
  const wrong: Record<string, unknown>[] = [
    { aud: 'https://other.example/hooks/x' },
    { aud: undefined },
    { aud: [] },
    { email: 'somebody@else.iam.gserviceaccount.com' },
    { email: email.toUpperCase() },
    { email: [email] },
    { email: undefined },
    { email_verified: false },
    { email_verified: 'true' },
    { email_verified: undefined },
    { iss: 'https://accounts.google.com.evil.example' },
    { iss: undefined },
    { exp: Date.parse('2026-11-23T11:58:59.000Z') / 1000 },
    { exp: undefined },
    { exp: '4102444800' },
    { nbf: Date.parse('2026-11-23T12:02:00.000Z') / 1000 },
  ]
  for (const change of wrong) {
    const token = await googleToken({ claims: { ...claims, ...change } })
    assert.equal(await push(token), 401, JSON.stringify(change))
  }
  assert.equal(await kept(), 0)
  const near = {
    exp: Date.parse('2026-11-23T11:59:30.000Z') / 1000,
    nbf: Date.parse('2026-11-23T12:00:30.000Z') / 1000,
  }
  assert.equal(
    await push(await googleToken({ claims: { ...claims, ...near } })),
    202,
    'clocks differ by seconds',
  )
})

test('without an audience of its own it is this address that counts, not the host that somebody says', async () => {
  const { source, push } = await listening(undefined, {})
  const tokenFor = (aud: string) => googleToken({ claims: { ...claims, aud } })
  for (const host of ['evil.example', 'status.example']) {
    assert.equal(await push(await tokenFor(`https://evil.example/hooks/${source.id}`), { host }), 401, host)
    assert.equal(await push(await tokenFor('https://status.example/hooks/other'), { host }), 401, host)
  }
  const right = await tokenFor(`https://status.example/hooks/${source.id}`)
  assert.equal(await push(right), 202)
  const incoming = { headers: { authorization: `Bearer ${right}` }, body: Buffer.from(''), received_at }
  const told = {
    secrets: [],
    settings: { service_account: email },
    publicText: async () => googleKeys({ one: keys.signer }),
  }
  const verify = (address: string) =>
    adapterFor('google_cloud_deploy')?.verify(incoming, { ...told, address })
  assert.equal(await verify(`https://status.example/hooks/${source.id}`), true)
  assert.equal(await verify(''), false, 'where no address is known, none is right')
})

test('where Google’s keys cannot be had, it is to be sent again, and the source’s page says why', async () => {
  for (const fetching of [
    () => {
      throw new Refusal('unavailable', 'Nothing could be fetched from www.googleapis.com.')
    },
    () => '<html>',
    () => '{"keys":"none"}',
  ] satisfies Fetching[]) {
    const { ship, source, push, kept } = await listening(fetching)
    assert.equal(await push(await googleToken({ claims })), 503)
    assert.equal(await kept(), 0)
    assert.match((await sourceById(ship, source.id)).last_error ?? '', /fetched from|no set of keys/)
  }
})

test('when Google changes its keys the new one is looked for, and one that it does not know is nobody’s', async () => {
  const rotated: Fetching = (anew) => googleKeys(anew ? { two: keys.signer } : { one: keys.self_signed })
  const { push, asked } = await listening(rotated)
  assert.equal(await push(await googleToken({ claims, kid: 'two' })), 202)
  assert.deepEqual(
    asked.map(([, anew]) => anew),
    [false, true],
  )
  const unknown = await googleToken({ claims, kid: 'three', key: keys.self_signed })
  assert.equal(await push(unknown), 401)
  assert.equal(await push(await googleToken({ claims, kid: 'two', key: keys.self_signed })), 401)
})
