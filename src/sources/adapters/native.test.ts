import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nativeEvent } from './native.ts'

test('the README tells of every field of an event, and of no other', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
  const [, table = ''] = /\| field \| meaning \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(readme) ?? []
  const told = table.split('\n').flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)])
  assert.deepEqual(told.map(([, field]) => field).sort(), Object.keys(nativeEvent.shape).sort())
})
