import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/reliability.md'), 'utf8')

/** Files that a text names in back quotes. */
function namedFiles(words: string) {
  return [...words.matchAll(/`((?:src|e2e|durability|scripts|bench)\/[\w./-]+\.\w+)`/g)].map(
    ([, file = '']) => file,
  )
}

test('every file that the promises name is there', () => {
  const named = namedFiles(text)
  assert.ok(named.length > 30)
  assert.deepEqual(
    named.filter((file) => !existsSync(join(root, file))),
    [],
  )
})

test('a file that is not there would be seen', () => {
  assert.deepEqual(namedFiles('held by `src/nowhere.test.ts` and `npm test`'), ['src/nowhere.test.ts'])
  assert.ok(!existsSync(join(root, 'src/nowhere.test.ts')))
})

test('each promise has its line, in order', () => {
  const rows = [...text.matchAll(/^\| R(\d+) \|/gm)].map(([, number]) => Number(number))
  assert.deepEqual(
    rows,
    Array.from({ length: 30 }, (_, place) => place + 1),
  )
})
