import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, type TestContext, test } from 'node:test'
import { howToInstall } from '../src/health/otel.ts'
import { shell } from '../src/testing/shell.ts'

type Value = { key: string; value: { stringValue?: string; intValue?: number } }
type Span = { name: string; traceId: string; parentSpanId?: string; spanId: string; attributes: Value[] }

const folder = mkdtempSync(join(tmpdir(), 'shiplog-otel-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Installs what the documentation says, where NODE_PATH finds it. */
function install() {
  const words = howToInstall.split(' ').slice(1)
  const how = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
  return spawnSync('npm', [...words, ...how], { encoding: 'utf8', timeout: 90_000 }).status === 0
}

async function collector(t: TestContext) {
  const taken: { service: string; spans: Span[] }[] = []
  const server = createServer(async (request, response) => {
    const { resourceSpans } = JSON.parse(await text(request))
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }: Value) => key === 'service.name').value.stringValue
      taken.push({ service, spans: scopeSpans.flatMap(({ spans }: { spans: Span[] }) => spans) })
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return { taken, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('without the packages a server that is to trace serves, and says how to get them', async (t) => {
  const server = await shell(t).serving(['serve'], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' })
  assert.equal((await fetch(`${server.address}/readyz`)).status, 200)
  await server.stop()
  assert.ok(server.said().err.includes(howToInstall))
})

test('with them a collector is told of each request, its transaction and the trace that it came in', async (t) => {
  if (!install())
    return t.skip('OpenTelemetry’s packages could not be installed: there is no npm registry here.')
  const { taken, address } = await collector(t)
  const { shiplog, serving } = shell(t)
  const { out } = await shiplog('token', 'create', '--name', 'ci', '--scope', 'releases:write')
  const set = {
    NODE_PATH: join(folder, 'node_modules'),
    OTEL_EXPORTER_OTLP_ENDPOINT: address,
    OTEL_SERVICE_NAME: 'ship',
  }
  const server = await serving(['serve'], set)
  const trace = 'c'.repeat(32)
  const headers = {
    authorization: `Bearer ${out.trim()}`,
    'content-type': 'application/json',
    traceparent: `00-${trace}-${'d'.repeat(16)}-01`,
  }
  const body = JSON.stringify({ type: 'release.started', service: 'shop', run: '1', version: '1' })
  assert.equal(
    (await fetch(`${server.address}/api/v1/events`, { method: 'POST', headers, body })).status,
    202,
  )
  assert.equal(await server.stop(), 0)
  assert.deepEqual([...new Set(taken.map(({ service }) => service))], ['ship'])
  const spans = taken.flatMap(({ spans }) => spans)
  const request = spans.find(({ name }) => name === 'POST /api/v1/events')
  assert.deepEqual([request?.traceId, request?.parentSpanId], [trace, 'd'.repeat(16)])
  assert.ok(spans.some(({ traceId, parentSpanId }) => traceId === trace && parentSpanId === request?.spanId))
  assert.ok(!JSON.stringify(taken).includes(out.trim()))
})
