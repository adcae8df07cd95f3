import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { exclusively, hasTestTools, isCovered } from './packages.mjs'
import { scratch } from './scratch.ts'

const fastify = { version: '5.12.8', integrity: 'sha512-a' }
const playwright = { version: '1.65.1', integrity: 'sha512-b', dev: true }
const otherPlatform = { version: '2.6.8', integrity: 'sha512-c', dev: true, optional: true }
const wanted = {
  '': { version: '0.1.0' },
  'node_modules/fastify': fastify,
  'node_modules/playwright': playwright,
  'node_modules/tool-plan9': otherPlatform,
}

test('packages in the wanted versions are not installed again', () => {
  const everything = { 'node_modules/fastify': fastify, 'node_modules/playwright': playwright }
  assert.ok(isCovered(wanted, everything, true))
  assert.ok(isCovered(wanted, everything, false))
})

test('a start needs no test tools, and a test does', () => {
  assert.ok(isCovered(wanted, { 'node_modules/fastify': fastify }, false))
  assert.ok(!isCovered(wanted, { 'node_modules/fastify': fastify }, true))
})

test('a missing package, another version or other content is noticed', () => {
  assert.ok(!isCovered(wanted, {}, false))
  assert.ok(!isCovered(wanted, { 'node_modules/fastify': { ...fastify, version: '5.12.7' } }, false))
  assert.ok(!isCovered(wanted, { 'node_modules/fastify': { ...fastify, integrity: 'sha512-z' } }, false))
})

test('a developer’s folder is known by its test tools', () => {
  assert.ok(hasTestTools(wanted))
  assert.ok(!hasTestTools({ 'node_modules/fastify': fastify }))
  assert.ok(!hasTestTools(null))
})

test('whoever installs holds the lock, and lets go of it when it fails too', (t) => {
  const lock = join(scratch(t), 'lock')
  exclusively(lock, () => assert.equal(readFileSync(lock, 'utf8'), String(process.pid)))
  assert.ok(!existsSync(lock))

  const broken = () => exclusively(lock, () => assert.fail('no network'))
  assert.throws(broken, /no network/)
  assert.ok(!existsSync(lock))
})

test('a lock left by a process that is gone holds nobody up', (t) => {
  const lock = join(scratch(t), 'lock')
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(lock, String(pid))

  let ran = false
  exclusively(lock, () => {
    ran = true
  })
  assert.ok(ran)
})

test('the lock file is complete for every platform, so that npm ci accepts it', () => {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')
  const packages: Record<string, { dependencies?: object; optionalDependencies?: object }> =
    JSON.parse(text).packages
  const known = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
    .filter((name) => !known.has(name))
  assert.deepEqual(missing, [])
})
