import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hushed } from './hushed.ts'

const says = (body_excerpt: string) => ({ status: 500, headers: {}, body_excerpt })
const nothing = { headers: {}, tail: '', secret: null }

test('what a tool says back of the secrets that it was sent is not kept', () => {
  const cases: [object, string, string][] = [
    [{ headers: { authorization: 'Bearer c4nary-1' } }, 'wrong token c4nary-1', 'wrong token [redacted]'],
    [{ headers: { 'PRIVATE-TOKEN': 'c4nary-2' } }, '{"t":"c4nary-2"}', '{"t":"[redacted]"}'],
    [{ tail: '&token=c4nary%203' }, 'c4nary%203 is c4nary 3', '[redacted] is [redacted]'],
    [{ secret: 'whsec_c4nary' }, 'whsec_c4nary', '[redacted]'],
    [
      { headers: { authorization: `Basic ${Buffer.from('ada:c4nary-5').toString('base64')}` } },
      `ada:c4nary-5, c4nary-5, Basic ${Buffer.from('ada:c4nary-5').toString('base64')}`,
      '[redacted], [redacted], [redacted]',
    ],
    [{ headers: { accept: 'application/json' } }, 'application/json', 'application/json'],
  ]
  for (const [sent, said, kept] of cases)
    assert.equal(hushed(says(said), { ...nothing, ...sent }).body_excerpt, kept)
})
