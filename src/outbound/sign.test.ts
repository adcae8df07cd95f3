import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { isSigned, isSigningSecret, newSigningSecret, signatureHeaders } from './sign.ts'

const call = { id: 'call12345678', body: '{"type":"rollback.requested","wörds":"ü"}' }

test('what is signed is understood by everybody who speaks Standard Webhooks, and nothing else is', () => {
  const secret = newSigningSecret()
  const headers = signatureHeaders({ ...call, secret, at: new Date() })
  assert.deepEqual(new Webhook(secret).verify(call.body, headers), JSON.parse(call.body))
  assert.equal(headers['webhook-id'], call.id)
  for (const wrong of [
    () => new Webhook(newSigningSecret()).verify(call.body, headers),
    () => new Webhook(secret).verify(`${call.body} `, headers),
    () => new Webhook(secret).verify(call.body, { ...headers, 'webhook-id': 'other' }),
    () =>
      new Webhook(secret).verify(
        call.body,
        signatureHeaders({ ...call, secret, at: new Date(Date.now() - 301_000) }),
      ),
  ]) {
    assert.throws(wrong)
  }
})

test('the signature is the one that the standard gives as its example', () => {
  const headers = signatureHeaders({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('a secret has 24 to 64 bytes, and a new one is never the same', () => {
  const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`
  for (const right of [of(24), of(64), newSigningSecret()]) assert.equal(isSigningSecret(right), true, right)
  for (const wrong of [of(23), of(65), of(32).slice(6), 'whsec_', '', 'whsec_a b', `${of(32)}\n`]) {
    assert.equal(isSigningSecret(wrong), false, wrong)
  }
  assert.notEqual(newSigningSecret(), newSigningSecret())
})

const received_at = '2026-11-23T12:00:00.000Z'
const body = '{"type":"release.succeeded","wörds":"ü"}'
const secret = newSigningSecret()

/** What everybody's library sends with this secret. */
function sent(secret: string, seconds = 0, id = 'msg_1', text = body) {
  const at = new Date(Date.parse(received_at) + seconds * 1000)
  const signature = new Webhook(secret).sign(id, at, text)
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
}

const took = (headers: Record<string, string | string[] | undefined>, secrets = [secret], text = body) =>
  isSigned({ headers, body: Buffer.from(text), received_at }, secrets)

test('what everybody’s library signs is taken, with either of two secrets and by either of two signatures', () => {
  const old = newSigningSecret()
  const [one, other] = [sent(secret), sent(old)]
  for (const headers of [one, other]) assert.equal(took(headers, [secret, old]), true)
  const both = `v1a,${'A'.repeat(86)}== ${other['webhook-signature']} ${one['webhook-signature']}`
  assert.equal(took({ ...one, 'webhook-signature': both }), true)
  assert.equal(took(other), false)
  assert.equal(took(one, []), false)
})

test('five minutes early or late is taken, and a second more is not', () => {
  for (const seconds of [-300, -1, 0, 300]) assert.equal(took(sent(secret, seconds)), true, String(seconds))
  for (const seconds of [-301, 301, -86_400, 1e9])
    assert.equal(took(sent(secret, seconds)), false, String(seconds))
})

test('anything but a right signature over these very bytes is refused', () => {
  const right = sent(secret)
  const [, digest = ''] = right['webhook-signature'].split(',')
  const wrong: Record<string, string | string[] | undefined>[] = [
    {},
    ...Object.keys(right).map((name) => ({ ...right, [name]: undefined })),
    ...Object.keys(right).map((name) => ({ ...right, [name]: '' })),
    ...Object.keys(right).map((name) => ({ ...right, [name]: [right['webhook-signature']] })),
    { ...right, 'webhook-id': 'msg_2' },
    { ...right, 'webhook-timestamp': String(Number(right['webhook-timestamp']) + 1) },
    ...['NaN', '1e9', ' ', `${right['webhook-timestamp']} `, '-1'].map((at) => ({
      ...right,
      'webhook-timestamp': at,
    })),
    ...[
      digest,
      `v1 ${digest}`,
      `v2,${digest}`,
      `V1,${digest}`,
      `v1,${digest.slice(0, -1)}`,
      `v1,${digest.slice(1)}`,
      `v1,${digest}=`,
      `v1,${Buffer.from(digest, 'base64').toString('hex')}`,
      `v1,${'A'.repeat(43)}=`,
      `v1,${'é'.repeat(43)}=`,
      `v1,,${digest}`,
      Array(30)
        .fill(`v1,${'A'.repeat(43)}=`)
        .concat(`v1,${digest}`)
        .join(' '),
    ].map((signature) => ({ ...right, 'webhook-signature': signature })),
  ]
  for (const headers of wrong) assert.equal(took(headers), false, JSON.stringify(headers))
  assert.equal(took(right, [secret], JSON.stringify(JSON.parse(body), null, 1)), false, 're-serialised')
  assert.equal(took(right, [secret], `${body} `), false, 'one byte more')
  assert.equal(took(sent(newSigningSecret())), false, 'another secret')
})

test('what is no secret is no key, not even for whoever signs with the same nothing', () => {
  for (const none of ['', 'whsec_', '!!!!!!!!!!', 'whsec_c2hvcnQ=', 'a token of somebody’s own']) {
    const key = Buffer.from(none.replace(/^whsec_/, ''), 'base64')
    const { 'webhook-id': id, 'webhook-timestamp': at } = sent(secret)
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
    const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` }
    assert.equal(took(headers, [none]), false, none)
  }
})
