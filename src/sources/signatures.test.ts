import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import { askedOf } from '../ingest/address.ts'
import { newSigningSecret, signatureHeaders } from '../outbound/sign.ts'
import { world } from '../testing/world.ts'
import { createSource } from './actions.ts'
import type { Credentials } from './adapter.ts'
import { adapterFor } from './adapters/index.ts'
import { bearerOf, sha256 } from './signatures.ts'

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string
  examples: object[]
}[]
const received_at = '2026-11-23T12:00:00.000Z'
const body = JSON.stringify(examples.find(({ name }) => name === 'deployment_status')?.examples[0], null, 2)
const credentials = (secrets: string[]): Credentials => ({
  secrets,
  settings: {},
  address: 'https://status.example/hooks/abc',
  publicText: () => Promise.reject(new Error('Nothing is fetched for this.')),
})
const github = (signature: string | undefined, secrets: string[], bytes = body) =>
  adapterFor('github')?.verify(
    { headers: { 'x-hub-signature-256': signature as string }, body: Buffer.from(bytes), received_at },
    credentials(secrets),
  )

test('what GitHub’s own library signs is verified, with either of two secrets', async () => {
  const signature = await sign('old', body)
  assert.equal(github(signature, ['old']), true)
  assert.equal(github(signature, ['new', 'old']), true)
  assert.equal(github(signature, ['new']), false)
  assert.equal(github(signature, []), false)
})

test('anything but the right signature over these very bytes is refused', async () => {
  const right = await sign('key', body)
  const hex = right.slice('sha256='.length)
  const wrong = [
    undefined,
    '',
    'sha256=',
    hex,
    right.slice(0, -1),
    right.slice(0, -2),
    `${right}00`,
    `${right}, ${right}`,
    right.replace('sha256', 'sha1'),
    `sha1=${createHmac('sha1', 'key').update(body).digest('hex')}`,
    `sha256=${Buffer.from(hex, 'hex').toString('base64')}`,
    `sha256=${'0'.repeat(64)}`,
    `sha256=${'é'.repeat(64)}`,
  ]
  for (const signature of wrong) assert.equal(github(signature, ['key']), false, String(signature))
  assert.equal(github(right, ['key'], JSON.stringify(JSON.parse(body))), false, 're-serialised')
  assert.equal(github(right, ['key'], `${body} `), false, 'one byte more')
  assert.equal(github(await sign('other', body), ['key']), false, 'another secret')
})

test('a signature of any length is compared without a throw', () => {
  for (let length = 0; length < 200; length++) {
    assert.equal(github(`sha256=${randomBytes(length).toString('latin1')}`, ['key']), false)
    assert.equal(github(`sha256=${'a'.repeat(length)}`, ['key']), false)
  }
})

test('a bearer secret is compared by its hash', () => {
  const bearer = (authorization: string | undefined, hashes: string[]) =>
    adapterFor('native')?.verify(
      { ...askedOf('POST', '/hooks/abc', authorization), headers: {}, body: Buffer.from('{}'), received_at },
      credentials(hashes),
    )
  const hashes = [sha256('slk_old'), sha256('slk_new')]
  for (const secret of ['slk_old', 'slk_new']) assert.equal(bearer(`Bearer ${secret}`, hashes), true)
  assert.equal(bearer('bearer slk_new', hashes), true)
  const wrong = [undefined, '', 'slk_new', 'Bearer', 'Bearer slk', 'Basic slk_new', 'Bearer slk_new slk_old']
  for (const authorization of wrong) assert.equal(bearer(authorization, hashes), false, String(authorization))
  assert.equal(bearerOf(`Bearer ${'x'.repeat(501)}`), null)
})

test('every real delivery of GitHub’s is understood or ignored with a reason', () => {
  for (const { name, examples: all } of examples) {
    for (const json of all) {
      const incoming = { headers: { 'x-github-event': name }, body: Buffer.from(''), received_at, json }
      const said = adapterFor('github')?.translate(incoming, {})
      assert.ok(said && !('invalid' in said), `${name}: ${JSON.stringify(said)}`)
      if (
        name.startsWith('deployment') &&
        name !== 'deployment_protection_rule' &&
        !name.includes('review')
      ) {
        assert.ok('events' in said, name)
      }
    }
  }
})

test('GitLab shows its token or signs with it, and nothing else is GitLab', () => {
  const secrets = [newSigningSecret(), 'an older token of GitLab’s own']
  const [secret = '', old = ''] = secrets
  const took = (headers: Record<string, string | string[]>, valid = secrets) =>
    adapterFor('gitlab')?.verify({ headers, body: Buffer.from(body), received_at }, credentials(valid))
  const signed = (key: string) => signatureHeaders({ id: 'a', at: new Date(received_at), body, secret: key })
  for (const token of secrets) assert.equal(took({ 'x-gitlab-token': token }), true)
  assert.equal(took(signed(secret)), true)
  assert.equal(took({ 'x-gitlab-token': 'of another proxy', ...signed(secret) }), true)
  const wrong: Record<string, string | string[]>[] = [
    {},
    ...[
      '',
      ' ',
      secret.slice(0, -1),
      `${secret} `,
      secret.toUpperCase(),
      sha256(secret),
      `Bearer ${secret}`,
    ].map((token) => ({ 'x-gitlab-token': token })),
    { 'x-gitlab-token': [secret] },
    { authorization: `Bearer ${secret}` },
    signed(newSigningSecret()),
    signed(old),
  ]
  for (const headers of wrong) assert.equal(took(headers), false, JSON.stringify(headers))
  assert.equal(took({ 'x-gitlab-token': secret }, []), false)
  assert.equal(took(signed(''), ['']), false)
})

test('a signing secret is pasted with or without its beginning, and what is none is refused at once', async () => {
  const ship = await world()
  const secret = newSigningSecret()
  const headers = signatureHeaders({ id: 'a', at: new Date(received_at), body, secret })
  const took = (headers: Record<string, string>, valid: string[]) =>
    adapterFor('standard_webhooks')?.verify(
      { headers, body: Buffer.from(body), received_at },
      credentials(valid),
    )
  assert.equal(took(headers, [newSigningSecret(), secret.slice('whsec_'.length)]), true)
  assert.equal(took(headers, [newSigningSecret()]), false)
  assert.equal(took({ authorization: `Bearer ${secret}` }, [secret]), false)
  const make = (secret?: string) =>
    createSource(ship, { name: 'S', kind: 'standard_webhooks', ...(secret && { secret }) })
  assert.match((await make()).secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.equal((await make(secret)).secret, '', 'what was pasted is not shown again')
  for (const none of ['a plain token', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(200)}`, '!'.repeat(44)]) {
    await assert.rejects(make(none), /A signing secret is/, none)
  }
})
