import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { shell } from '../src/testing/shell.ts'

const promtool = ['/usr/bin/promtool', 'promtool'].find((path) => !spawnSync(path, ['--version']).error)

function checked(text: string) {
  const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  return { status, words: stdout + stderr }
}

const sentence = 'promtool, which Prometheus checks figures with, finds nothing to mend in ours'
const missing = promtool ? false : 'promtool is not here: on Debian it comes with the package prometheus.'
test(sentence, { skip: missing }, async (t) => {
  const { shiplog, serving } = shell(t)
  const { out } = await shiplog('token', 'create', '--name', 'prometheus', '--scope', 'metrics:read')
  const server = await serving(['serve'])
  for (const path of ['/', '/nowhere', '/login', '/readyz']) await fetch(`${server.address}${path}`)
  assert.equal((await fetch(`${server.address}/metrics`)).status, 401)
  const answer = await fetch(`${server.address}/metrics`, {
    headers: { authorization: `Bearer ${out.trim()}` },
  })
  assert.equal(answer.status, 200)
  const text = await answer.text()
  assert.match(text, /^shiplog_wal_size_bytes [1-9]/m)
  assert.match(text, /^shiplog_commit_p99_seconds 0\.\d+/m)
  assert.deepEqual(checked(text), { status: 0, words: '' })
  // that it would say so: a gauge whose name is a counter's, and a line that is none
  assert.notEqual(checked(text.replaceAll('shiplog_jobs_holder', 'shiplog_jobs_total')).status, 0)
  assert.notEqual(checked(`${text}shiplog_half{\n`).status, 0)
})
