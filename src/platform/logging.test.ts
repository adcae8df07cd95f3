import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logging, safeLine } from './logging.ts'

const { serializers } = logging('info')

test('65: a line of the log stays one line, and gives a terminal no orders', () => {
  const line = JSON.stringify({ msg: 'a\n{"level":60}\u001b[31m\u009b31m\u2028b\u007f' })
  const safe = safeLine(line)
  assert.match(safe, /^[\x20-\x7e]+$/)
  assert.deepEqual(JSON.parse(safe), JSON.parse(line))
})

test('31: whatever looks like a secret is taken out, and the line stays JSON', () => {
  const kept = [
    'shl_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcde',
    'slk_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcde',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'github_pat_11ABCDEFG0abcdefghijkl',
    'glptt-2f0a5a7d4f1c7a1b2c3d',
  ]
  for (const secret of kept) {
    const safe = safeLine(JSON.stringify({ msg: `it said "${secret}" twice: ${secret}` }))
    assert.ok(!safe.includes(secret), safe)
    assert.match(JSON.parse(safe).msg, /^it said "\[redacted\]" twice: \[redacted\]$/)
  }
  const told = JSON.stringify({
    a: 'Authorization: Bearer eyJhbGciOi.x.y',
    b: 'https://hooks.example/?token=c4nary&x=1',
    c: 'postgres://me:c4nary@db/ship failed',
    d: 'Basic YWRhOmM0bmFyeQ==',
  })
  const safe = safeLine(told)
  assert.doesNotMatch(safe, /c4nary|eyJh|YWRh/)
  assert.match(JSON.parse(safe).b, /^https:\/\/hooks\.example\/\?token=\[redacted\]&x=1$/)
})

test('a line of the ordinary kind is left as it is', () => {
  const lines = [
    { url: '/api/v1/events', msg: 'There is no such source.', reqId: '152b4d5f-0719-40bb-be49-3cd7602e85c8' },
    { err: { code: 'SQLITE_FULL', stack: 'Error\n at file:///app/src/platform/database.ts:55:18' } },
    { msg: 'Basic things, bearer of news' },
  ]
  for (const line of lines) assert.equal(safeLine(JSON.stringify(line)), JSON.stringify(line))
})

test('of a fault only its kind, words, code, place and cause are told', () => {
  const cause = Object.assign(new TypeError('Invalid URL'), { input: 'c4nary' })
  const fault = Object.assign(new Error('it broke', { cause }), {
    code: '23502',
    detail: 'Failing row contains (c4nary)',
    parameters: ['c4nary'],
    request: { headers: { cookie: 'c4nary' } },
  })
  const told = serializers.err(fault)
  assert.doesNotMatch(JSON.stringify(told), /c4nary/)
  assert.match(JSON.stringify(told), /it broke.*23502.*Invalid URL/)
})

test('endless words do not hold the log up', () => {
  const begun = performance.now()
  for (const text of [
    'token='.repeat(20_000),
    `://${'a:'.repeat(50_000)}`,
    'bearer '.repeat(20_000),
    'a'.repeat(100_000),
  ])
    safeLine(text)
  assert.ok(performance.now() - begun < 2000)
})
