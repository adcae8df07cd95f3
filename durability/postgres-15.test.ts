import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { startTemplateServer } from '../src/testing/postgres-template.ts'

const programs = '/usr/lib/postgresql/15/bin'
const skip = existsSync(`${programs}/postgres`) ? false : 'Debian’s PostgreSQL 15 is not here'

test('all that is stored is stored alike on PostgreSQL 15', { skip }, async () => {
  const server = await startTemplateServer({ programs })
  try {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const how = ['--test', '--test-reporter=dot', '--test-timeout=240000', 'scripts/unit-postgres.mjs']
    const child = spawn(process.execPath, how, {
      env: { ...env, TEST_POSTGRES: server.origin, WHOLE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (words) => {
        said += words
      })
    }
    const [code] = await once(child, 'close')
    assert.equal(code, 0, said)
  } finally {
    await server.stop()
  }
})
