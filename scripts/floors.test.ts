import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { belowFloors, unchecked } from './floors.mjs'

type Bill = { bomFormat: string; components: { group?: string; name: string; version: string }[] }

const root = join(import.meta.dirname, '..')
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const known = read('scripts/floors.json')
const { packages } = read('package-lock.json')

test('no package is older than the versions that are known to be weak, and none is there that must not be', () => {
  assert.deepEqual(belowFloors(packages, known), [])
})

test('an older version, another major version and a package that must not be there are found', () => {
  const at = (name: string, version: string) => ({ [`node_modules/x/node_modules/${name}`]: { version } })
  const found = (name: string, version: string) => belowFloors(at(name, version), known).length
  assert.deepEqual(
    [found('fastify', '5.12.7'), found('fastify', '5.9.9'), found('fastify', '5.12.8-beta.1')],
    [1, 1, 1],
  )
  assert.deepEqual(
    [found('fastify', '5.12.8'), found('fastify', '5.13.0'), found('kysely', '0.29.0')],
    [0, 0, 0],
  )
  assert.deepEqual(
    [found('fastify', '6.0.0'), found('fast-uri', '2.0.0'), found('axios', '9.9.9')],
    [1, 1, 1],
  )
})

test('each floor is of a package that is used, and says why', () => {
  const used = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  for (const [name, floor] of Object.entries<{ why?: string }>(known.floors)) {
    assert.ok(used.has(name), name)
    assert.ok(floor.why, name)
  }
})

test('the content of every package is checked, and comes from one registry', () => {
  assert.deepEqual(unchecked(packages), [])
  const integrity = 'sha512-a'
  const odd = {
    a: { integrity, resolved: 'https://evil.example/a.tgz' },
    b: {},
    c: { integrity: 'sha1-a' },
    d: { integrity, resolved: 'git+ssh://git@github.com/x/y.git' },
  }
  assert.deepEqual(unchecked(odd), ['a', 'b', 'c', 'd'])
})

test('SQLite is one that loses nothing when a checkpoint meets a writer', () => {
  const store = new Sqlite(':memory:')
  const { version } = store.prepare('select sqlite_version() as version').get() as { version: string }
  store.close()
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  assert.ok(major * 1e6 + minor * 1e3 + patch >= 3_051_003, version)
})

test('what Shiplog is made of is printed by one command, with all that production needs and no test tool', () => {
  const said = execFileSync(process.execPath, [join(root, 'scripts/sbom.mjs')], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  const bill: Bill = JSON.parse(said)
  const listed = bill.components.map(
    ({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`,
  )
  const needed = Object.entries<{ version: string; dev?: boolean; devOptional?: boolean }>(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
  assert.equal(bill.bomFormat, 'CycloneDX')
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(needed)].sort())
  assert.ok(listed.some((one) => one.startsWith('ajv@'))) // which test tools need too
})

test('no package runs a script where it is installed', () => {
  assert.match(readFileSync(join(root, 'Dockerfile'), 'utf8'), /npm ci --omit=dev --ignore-scripts/)
  assert.match(readFileSync(join(root, 'scripts/npm.mjs'), 'utf8'), /'--ignore-scripts'/)
})
