import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { planMaintenance } from '../../maintenance/actions.ts'
import { startTestApp } from '../../testing/http.ts'
import { northwind, northwindInTrouble } from '../../testing/northwind.ts'

test('only the embedded frame may be framed, and even it runs nothing but our own scripts', async () => {
  const { inject } = await startTestApp((await northwindInTrouble()).ship)
  const { headers, body, statusCode } = await inject('/embed/frame')
  assert.equal(statusCode, 200)
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /^default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:/)
  assert.match(policy, /frame-ancestors \*$/)
  assert.equal(headers['x-frame-options'], undefined)
  assert.doesNotMatch(body, /<script(?![^>]*\ssrc=)|<style|\sstyle=/)
  assert.match(body, /<h1>Checkout is partly down<\/h1>/)
  assert.match(body, /data-trouble/)
  assert.match((await inject('/embed/frame?mobile=true')).body, /embed--mobile/)
  for (const url of ['/', '/releases', '/embed/script.js', '/api/v2/summary.json', '/nosuch']) {
    const other = (await inject(url)).headers
    assert.match(String(other['content-security-policy']), /frame-ancestors 'none'/, url)
    assert.equal(other['x-frame-options'], 'DENY', url)
  }
})

test('the frame asks to be shown only while something is wrong', async () => {
  const { inject } = await startTestApp((await northwind()).ship)
  assert.doesNotMatch((await inject('/embed/frame')).body, /data-trouble/)
})

test('the scripts for other pages may be loaded by them and stand for years under one address', async () => {
  const { inject } = await startTestApp((await northwind()).ship)
  for (const url of ['/embed/script.js', '/se-v2.js']) {
    const { headers, body } = await inject(url)
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
    assert.match(String(headers['cache-control']), /^public, max-age=300/)
    assert.doesNotMatch(body, /localhost|innerHTML/)
  }
  assert.ok((await inject('/se-v2.js')).rawPayload.length < 1024)
})

/** What of a browser the two scripts touch, at a page that is not ours. */
function page(src: string) {
  const asked: string[] = []
  const heard: ((event: object) => void)[] = []
  const frame = { style: {} as Record<string, string>, src: '', contentWindow: {} }
  const scope = {
    document: { currentScript: { src }, createElement: () => frame, body: { append() {} } },
    matchMedia: () => ({ matches: false }),
    addEventListener: (_: string, hear: (event: object) => void) => heard.push(hear),
    fetch: async (url: string) => {
      asked.push(url)
      return { ok: true, json: async () => ({ url }) }
    },
    window: {} as {
      StatusPage?: { page: new (options: object) => Record<string, (given: object) => Promise<void>> }
    },
    URL,
  }
  const say = (event: object) => {
    for (const hear of heard) hear(event)
  }
  return { scope, asked, frame, say }
}

test('the widget library asks the page that it came from, whatever page it is told', async () => {
  const { inject } = await startTestApp((await northwind()).ship)
  const { scope, asked } = page('https://status.example/se-v2.js?v=1')
  runInNewContext((await inject('/se-v2.js')).body, scope)
  const StatusPage = scope.window.StatusPage
  assert.ok(StatusPage)
  const sp = new StatusPage.page({ page: 'abc' })
  const got: unknown[] = []
  for (const name of ['summary', 'status', 'components', 'incidents', 'scheduled_maintenances']) {
    await sp[name]?.({ success: (data: unknown) => got.push(data) })
  }
  await sp.incidents?.({ filter: 'unresolved', success() {} })
  const at = (name: string) => `https://status.example/api/v2/${name}.json`
  assert.deepEqual(
    asked,
    ['summary', 'status', 'components', 'incidents', 'scheduled-maintenances', 'incidents/unresolved'].map(
      at,
    ),
  )
  assert.deepEqual(got[0], { url: at('summary') })
  for (const url of asked) assert.equal((await inject(new URL(url).pathname)).statusCode, 200, url)
})

test('the script shows the frame when our frame says so, and listens to nobody else', async () => {
  const { inject } = await startTestApp((await northwind()).ship)
  const { scope, frame, say } = page('https://status.example/embed/script.js')
  runInNewContext((await inject('/embed/script.js')).body, scope)
  assert.equal(frame.src, 'https://status.example/embed/frame')
  assert.equal(frame.style.visibility, 'hidden')
  const event = {
    origin: 'https://status.example',
    source: frame.contentWindow,
    data: { action: 'showFrame' },
  }
  say({ ...event, origin: 'https://evil.example' })
  say({ ...event, source: {} })
  assert.equal(frame.style.visibility, 'hidden')
  say(event)
  assert.equal(frame.style.visibility, 'visible')
  say({ ...event, data: { action: 'dismissFrame' } })
  assert.equal(frame.style.visibility, 'hidden')
})

test('a short link leads to its incident or planned work, and only to what is public', async () => {
  const { ship, incident } = await northwindInTrouble()
  const { inject } = await startTestApp(ship)
  const { statusCode, headers } = await inject(`/i/${incident.id}`)
  assert.deepEqual([statusCode, headers.location], [307, `/incidents/${incident.id}`])
  const span = { starts_at: '2026-11-26T22:00:00Z', ends_at: '2026-11-26T23:00:00Z' }
  const work = await planMaintenance(ship, { title: 'New disks', body: 'Slow.', ...span, components: [] })
  assert.equal((await inject(`/i/${work.id}`)).headers.location, `/maintenance/${work.id}`)
  for (const id of ['nosuchthing0', '..%2f..%2fevil', 'x'.repeat(101)]) {
    assert.ok([404, 422].includes((await inject(`/i/${id}`)).statusCode), id)
  }
})
