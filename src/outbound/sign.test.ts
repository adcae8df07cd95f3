import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { isSigningSecret, newSigningSecret, signatureHeaders } from './sign.ts'

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
