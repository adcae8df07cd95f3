import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJson } from './strict-text.ts'

const read = (text: string) => readJson(Buffer.from(text))

test('plain JSON is read as it is, with or without a byte order mark', () => {
  assert.deepEqual(read('{"a":["ü",1,null]}'), { ok: true, value: { a: ['ü', 1, null] }, mended: false })
  assert.deepEqual(read('\uFEFF{}'), { ok: true, value: {}, mended: false })
  assert.deepEqual(read('{"a":1,"a":2}'), { ok: true, value: { a: 2 }, mended: false })
})

test('what is not UTF-8, not JSON, empty or too deep is told so, never thrown', () => {
  const reasons = [
    [Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'The body is not UTF-8.'],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'The body is not UTF-8.'],
    [Buffer.from('{"a":'), 'The body is not JSON.'],
    [Buffer.from('"a\0b"'), 'The body is not JSON.'],
    [Buffer.from(' \n'), 'The body is empty.'],
    [Buffer.from('['.repeat(100_000)), 'The JSON is nested deeper than 64.'],
    [Buffer.from(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`), 'The JSON is nested deeper than 64.'],
  ] as const
  for (const [bytes, reason] of reasons) assert.deepEqual(readJson(bytes), { ok: false, reason })
})

test('brackets inside strings are not depth', () => {
  assert.equal(read(JSON.stringify({ a: `\\"${'['.repeat(1000)}` })).ok, true)
})

test('NUL and lone surrogates are mended and said to have been', () => {
  const answer = read(String.raw`{"a":"x\u0000y","b":["\ud800"],"c":"\ud83d\ude00"}`)
  assert.deepEqual(answer, { ok: true, value: { a: 'x\uFFFDy', b: ['\uFFFD'], c: '😀' }, mended: true })
})

test('a number beyond all numbers does not break the reading', () => {
  assert.deepEqual(read('{"percent":1e400}'), { ok: true, value: { percent: Infinity }, mended: false })
})
