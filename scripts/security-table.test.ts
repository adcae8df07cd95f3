import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** The attacks of a table whose tests are not there, or that have neither test nor reason. */
function unshown(table: string): string[] {
  return [...table.matchAll(/^\| (\d+) \| [^|]+ \| (.*) \|$/gm)].flatMap(([, number = '', shown = '']) => {
    const tests = [...shown.matchAll(/`([\w/.-]+\.test\.ts)` “(.+?)”(?=<br>|$)/g)]
    const missing = tests.filter(
      ([, file = '', words = '']) => !existsSync(join(root, file)) || !read(file).includes(words),
    )
    if (tests.length === 0 && !/yet/.test(shown)) return [`${number}: no test, and no reason`]
    return missing.map(([, file, words]) => `${number}: ${file} has no test “${words}”`)
  })
}

test('each of the seventy attacks has a test that is there, or a reason', () => {
  const table = read('docs/security.md')
  const numbers = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
  assert.deepEqual(
    numbers,
    Array.from({ length: 70 }, (_, at) => at + 1),
  )
  assert.deepEqual(unshown(table), [])
})

test('a test that was renamed, a file that is gone and an attack without either are noticed', () => {
  const row = (shown: string) => unshown(`| 1 | x | ${shown} |`).length
  assert.deepEqual(
    [row('`src/leaks.test.ts` “no such words”'), row('`src/gone.test.ts` “x”'), row('Trust us.')],
    [1, 1, 1],
  )
})

test('whoever finds a weakness is told where to say so, and when to expect an answer', () => {
  const words = read('SECURITY.md')
  for (const part of [/Report a vulnerability/, /within \d+ (?:hours|days)/, /docs\/security\.md/])
    assert.match(words, part)
})
