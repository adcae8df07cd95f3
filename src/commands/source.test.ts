import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runCommand } from './run.ts'

/** The command line on a data folder of its own: what it says, and how it ends. */
function shell(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-source-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  t.mock.method(console, 'error', () => {})
  const log = t.mock.method(console, 'log', () => {})
  return async (...words: string[]) => {
    const before = log.mock.callCount()
    const code = await runCommand(['source', ...words], { SHIPLOG_DATA_DIR: folder })
    const said = log.mock.calls.slice(before).map(({ arguments: said }) => String((said as unknown[])[0]))
    return { code, said }
  }
}

test('a source is made, listed and rotated from the command line', async (t) => {
  const source = shell(t)
  const made = await source('create', '--name', 'CI', '--kind', 'native')
  assert.equal(made.code, 0)
  assert.match(made.said.join('\n'), /^\/hooks\/[a-z0-9]{12}\tslk_[\w-]{43}$/)
  const { said: listed } = await source('list')
  assert.match(listed.join('\n'), /^CI\tnative\t[a-z0-9]{12}\topen\tnever seen$/m)
  const rotated = await source('rotate', 'CI', '--overlap', '1')
  assert.match(rotated.said.join('\n'), /^slk_[\w-]{43}$/)
})

test('what cannot be done is told with a code that is not 0, and prints no secret', async (t) => {
  const source = shell(t)
  const wrong = [
    ['create', '--name', 'CI', '--kind', 'pigeon'],
    ['create', '--kind', 'native'],
    ['rotate', 'nobody'],
    ['rotate', 'API', '--overlap', '1'],
    ['rotate', 'API', '--overlap', 'soon'],
    ['sink'],
    [],
  ]
  for (const words of wrong) {
    const { code, said } = await source(...words)
    assert.notEqual(code, 0, words.join(' '))
    assert.deepEqual(said, [], words.join(' '))
  }
})
