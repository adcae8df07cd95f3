import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { keyId, seal, unseal } from './seal.ts'

const key = randomBytes(32)

test('what was sealed is read again, and says nothing of itself', () => {
  const sealed = seal(key, 'canary ☂')
  assert.equal(unseal(key, sealed), 'canary ☂')
  assert.ok(!sealed.includes('canary'))
  assert.notEqual(seal(key, 'canary ☂'), sealed)
})

test('another key is named as such, without either key', () => {
  const other = randomBytes(32)
  assert.throws(() => unseal(other, seal(key, 'x')), {
    code: 'unavailable',
    message: new RegExp(`another SHIPLOG_SECRET \\(key ${keyId(key)}, now ${keyId(other)}\\)`),
  })
})

test('a changed, cut or foreign text is refused', () => {
  const sealed = seal(key, 'secret') // six bytes: in base64 every bit of the last letter counts
  // The first letter of the last part: the last letter's spare bits say nothing
  const flipped = sealed.replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`)
  for (const wrong of [
    flipped,
    sealed.slice(0, -4),
    `${sealed.split('.').slice(0, 3).join('.')}..`,
    '',
    'v2.x.y',
  ]) {
    assert.throws(() => unseal(key, wrong), { code: 'unavailable' })
  }
})
