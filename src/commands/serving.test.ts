import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { shell } from '../testing/shell.ts'

test('serve prints where it serves, and ends well when told to', async (t) => {
  const { serving } = shell(t)
  const server = await serving(['serve'])
  assert.match(server.line, /^Shiplog is serving on http:\/\/localhost:\d+$/m)
  const ready = await fetch(`${server.address}/readyz`)
  assert.equal(ready.status, 200)
  assert.equal(await server.stop(), 0)
})

test('told to stop, it says so for as long as it was set to, and answers everything meanwhile', async (t) => {
  const { serving } = shell(t)
  const server = await serving(['serve'], { SHIPLOG_DRAIN_SECONDS: '1' })
  const stopped = server.stop()
  await until(async () => (await fetch(`${server.address}/readyz`)).status === 503)
  assert.match(await (await fetch(`${server.address}/readyz`)).text(), /"reason":"draining"/)
  assert.equal((await fetch(`${server.address}/login`)).status, 200)
  assert.equal(await stopped, 0)
})

async function until(isSo: () => Promise<boolean>) {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('what serve writes is for nobody else on the machine', async (t) => {
  const { serving, folder } = shell(t)
  await serving(['serve'])
  const names = readdirSync(folder)
  assert.ok(names.includes('shiplog.db') && names.includes('secret'))
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
})

test('a port that is taken is told of in a sentence, by serve and by the demo', async (t) => {
  const { serving, spawned } = shell(t)
  const { port } = await serving(['serve'])
  for (const command of ['serve', 'demo']) {
    const { code, out, err } = await spawned([command], { PORT: port })
    assert.deepEqual([code, out], [1, ''], command)
    assert.match(err, new RegExp(`^Port ${port} is taken by another program\\. Choose another`, 'm'))
  }
})

test('the demo prints one line, shows the sample, and neither reads nor writes the data folder', async (t) => {
  const { serving, folder } = shell(t)
  const demo = await serving(['demo'])
  assert.match(demo.line, /^The Northwind sample is served, read-only, on http:\/\/localhost:\d+\n$/)
  for (const path of ['/', '/rollbacks', '/admin/incidents']) {
    const page = await fetch(`${demo.address}${path}`)
    assert.equal(page.status, 200)
    assert.match(await page.text(), /All of this is made up/)
  }
  const refused = await fetch(`${demo.address}/api/v1/events`, { method: 'POST', body: '{}' })
  assert.equal(refused.status, 403)
  assert.equal(await demo.stop(), 0)
  assert.deepEqual(readdirSync(folder), [])
})

test('a seed that is no number is refused', async (t) => {
  for (const seed of ['many', '-1', '1.5', '']) {
    const { code, err } = await shell(t).shiplog('demo', `--seed=${seed}`)
    assert.equal(code, 2)
    assert.match(err, /whole number/)
  }
})

test('no setting makes a real server a sample', async (t) => {
  const { serving, spawned } = shell(t)
  const refused = await spawned(['serve'], { SHIPLOG_SAMPLE: 'true' })
  assert.equal(refused.code, 1)
  assert.match(refused.err, /SHIPLOG_SAMPLE is not a setting/)
  assert.notEqual((await spawned(['serve', '--sample'])).code, 0)
  const server = await serving(['serve'], { SAMPLE: 'true', sample: '1', NODE_ENV: 'demo' })
  const page = await fetch(`${server.address}/admin/incidents`, { redirect: 'manual' })
  assert.equal(page.status, 303)
  assert.match(page.headers.get('location') ?? '', /^\/login/)
})
