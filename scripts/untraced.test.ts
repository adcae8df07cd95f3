import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { scratch } from './scratch.ts'

const untraced = pathToFileURL(join(import.meta.dirname, 'untraced.mjs'))
const patiently = 'await new Promise((resolve) => setTimeout(resolve, 50))'

/** What node:test says of a run of these tests, in a process of its own as `npm test` has it. */
function runOf(t: TestContext, works: string[]) {
  const file = join(scratch(t), 'some.mjs')
  const tests = works.map((work) => `test('one', async () => { ${work}; ${patiently} })`)
  const first = `await import('${untraced}'); const { test } = await import('node:test')`
  writeFileSync(file, [first, ...tests].join('\n'))
  const env = { ...process.env }
  delete env.NODE_TEST_CONTEXT
  const { status, stdout } = spawnSync(process.execPath, ['--test', file], { encoding: 'utf8', env })
  return { passed: status === 0, stdout }
}

test('an error that nobody waited for fails the run, and is told', (t) => {
  const { passed, stdout } = runOf(t, [
    `Promise.reject(new Error('lost at once'))`,
    `(async () => { await null; throw new Error('lost later') })()`,
    `setTimeout(() => { throw new Error('lost by a timer') }, 5)`,
    `process.nextTick(() => { throw new Error('lost by a tick') })`,
  ])
  assert.ok(!passed)
  for (const words of ['at once', 'later', 'by a timer', 'by a tick'])
    assert.ok(stdout.includes(`lost ${words}`))
})

test('one such error is enough, and without it the run passes', (t) => {
  assert.ok(!runOf(t, [`Promise.reject(new Error('lost'))`, '']).passed)
  assert.ok(runOf(t, ['', '']).passed)
})
