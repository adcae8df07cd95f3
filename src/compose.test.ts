import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { readConfig } from './config.ts'

type Service = {
  environment?: Record<string, string>
  build?: string
  depends_on?: object
  volumes?: string[]
  networks?: string[] | Record<string, { ipv4_address: string }>
}
type Compose = {
  services: Record<string, Service>
  configs: Record<string, { content: string }>
  volumes: Record<string, unknown>
}

const text = readFileSync(new URL('../compose.yaml', import.meta.url), 'utf8')
const compose = parse(text, { merge: true }) as Compose
const given: Record<string, string> = { SHIPLOG_SECRET: '07'.repeat(32), POSTGRES_PASSWORD: 'secret' }

/** A value as compose fills it in: from `.env`, else with what stands behind `:-`. */
function filled(value: string): string {
  return value.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, name, absent = '') => given[name] ?? absent)
}

const nodes = Object.entries(compose.services).filter(([, service]) => service.build === '.')

test('the nodes of compose.yaml have settings that Shiplog knows, and are equal', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-compose-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  assert.deepEqual(
    nodes.map(([name]) => name),
    ['one', 'two'],
  )
  for (const [, { environment = {} }] of nodes) {
    const entries = Object.entries(environment).map(([name, value]) => [name, filled(value)])
    const config = readConfig({ ...Object.fromEntries(entries), SHIPLOG_DATA_DIR: folder })
    assert.equal(config.database_url, 'postgres://shiplog:secret@database/shiplog')
    assert.equal(config.secret.toString('hex'), given.SHIPLOG_SECRET)
  }
  const [one, two] = nodes.map(([, { environment, depends_on }]) => ({ environment, depends_on }))
  assert.deepEqual(one, two)
  assert.throws(() =>
    readConfig({ ...nodes[0]?.[1].environment, SHIPLOG_URLS: 'x', SHIPLOG_DATA_DIR: folder }),
  )
})

test('the proxy of compose.yaml leads to both nodes, asks whether they are ready, and is the one that they believe', () => {
  const { content } = compose.configs.proxy ?? { content: '' }
  for (const [name] of nodes) assert.match(content, new RegExp(`\\b${name}:8080\\b`))
  assert.match(content, /health_uri \/readyz/)
  const networks = compose.services.proxy?.networks as Record<string, { ipv4_address: string }>
  for (const [, { environment = {} }] of nodes) {
    assert.equal(environment.SHIPLOG_TRUSTED_PROXIES, networks.inside?.ipv4_address)
  }
})

test('what compose.yaml keeps, it keeps in volumes that it names', () => {
  const used = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.map((one) => one.split(':')[0]),
  )
  assert.deepEqual(used.sort(), Object.keys(compose.volumes).sort())
})
