import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'
import { setPlan } from './plan-actions.ts'
import { answerReadiness } from './readiness-actions.ts'

async function bridge() {
  const port = await northwind()
  const server = await startTestApp(port.ship)
  await port.release('checkout', '1.0')
  const rollback = { db_change: 'irreversible', plan: 'https://wiki.example/rb' }
  const id = await port.say('checkout', 'release.succeeded', { version: '1.1', rollback })
  const page = `/admin/releases/${id}`
  const plan = `/admin/components/${port.components.checkout.id}/way-back`
  return { ...port, server, id, page, plan, ed: await server.signedIn('editor') }
}

test('the release page says how it can be taken back, who said so, and what is missing', async () => {
  const { ed, page, server } = await bridge()
  const { body } = await ed.get(page)
  assert.match(body, /No way back/)
  assert.match(body, /cannot be changed back <span class="quiet said">the tool/)
  assert.match(body, /<a href="https:\/\/wiki.example\/rb"/)
  assert.match(body, /Say why it goes forward all the same/)
  assert.match(body, /<code>1\.0<\/code>/)
  const vi = await server.signedIn('viewer')
  const seen = (await vi.get(page)).body
  assert.match(seen, /No way back/)
  assert.doesNotMatch(seen, /Answer for this release|Mark it bad/)
  assert.equal((await vi.get(`${page}/readiness`)).statusCode, 403)
})

test('an editor answers for a release; what is left empty stays as told', async () => {
  const { ed, page } = await bridge()
  const form = (await ed.get(`${page}/readiness`)).body
  assert.match(form, /As told: cannot be changed back \(the tool\)/)
  const typed = {
    schema_change: 'expand',
    data_compat: 'yes',
    rollback_tested_at: '2026-09-30',
    version: '0',
  }
  const blank = { rollback_method: '', rollback_target: '', artifact_retained: '', artifact_ref: '' }
  const rest = { ...blank, rollback_tested_where: '', runbook: '', roll_forward_reason: '' }
  assert.equal((await ed.post(`${page}/readiness`, { ...rest, ...typed })).headers.location, page)
  const { body } = await ed.get(page)
  assert.match(body, /expand: something is added <span class="quiet said">editor/)
  assert.match(body, /Not all is known/)
  const again = (await ed.get(`${page}/readiness`)).body
  assert.match(again, /name="rollback_tested_at" value="2026-09-30"/)
  assert.match(again, /<option value="expand" selected/)

  const late = await ed.post(`${page}/readiness`, { ...rest, ...typed, data_compat: 'no' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /Somebody else saved this meanwhile/)
  assert.match(late.body, /<option value="no" selected/)
  const wrong = await ed.post(`${page}/readiness`, { ...rest, rollback_target: '0.9', version: '1' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /0\.9 was never live here/)
})

test('a moment that the form shows as a day is not changed by saving the day again', async () => {
  const { ed, page, id, ship } = await bridge()
  await answerReadiness(ship, id, { rollback_tested_at: '2026-09-30T15:47:00.000Z' })
  await ed.get(`${page}/readiness`)
  await ed.post(`${page}/readiness`, { rollback_tested_at: '2026-09-30', runbook: 'make back', version: '1' })
  const { rollback_tested_at, runbook } = await ship.db
    .selectFrom('readiness')
    .selectAll()
    .executeTakeFirstOrThrow()
  assert.deepEqual([rollback_tested_at, runbook], ['2026-09-30T15:47:00.000Z', 'make back'])
})

test('an editor marks a release bad with a reason, and takes the mark back', async () => {
  const { ed, page } = await bridge()
  await ed.get(page)
  const empty = await ed.post(`${page}/bad`, { reason: ' ' })
  assert.equal(empty.statusCode, 422)
  assert.match(empty.body, /Say why it is bad/)
  assert.equal((await ed.post(`${page}/bad`, { reason: 'Loses <b>orders</b>.' })).statusCode, 303)
  assert.match((await ed.get(page)).body, /“Loses &lt;b&gt;orders&lt;\/b&gt;\.”/)
  assert.equal((await ed.post(`${page}/bad/clear`)).statusCode, 303)
  assert.doesNotMatch((await ed.get(page)).body, /Marked bad<\/h2>/)
  assert.equal((await ed.get('/admin/releases/nothing/readiness')).statusCode, 404)
})

test('a component says as a rule how it is rolled back, and shows where it stands', async () => {
  const { ed, plan, page, ship, components } = await bridge()
  const { body } = await ed.get(plan)
  assert.match(body, /never walked in a drill/)
  assert.match(body, /1\.1 cannot be undone/)
  assert.match((await ed.get(`/admin/components/${components.checkout.id}`)).body, new RegExp(plan))
  const typed = { rollback_method: 'flag_off', artifacts_kept: '5', data_compat: '', version: '0' }
  assert.equal((await ed.post(plan, typed)).statusCode, 303)
  assert.match((await ed.get(page)).body, /switch a flag off <span class="quiet said">as a rule/)
  await setPlan(ship, components.checkout.id, { runbook: 'make back' })
  const late = await ed.post(plan, { ...typed, version: '1' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /make back/)
  const wrong = await ed.post(plan, {
    artifact_url: 'https://x.example',
    artifacts_kept: 'all',
    version: '2',
  })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /with \{version\} or \{commit\} in it/)
})

test('a drill is seen where the component is, with when and where the way back was walked', async () => {
  const { server, plan, page, ship, say } = await bridge()
  await say('checkout', 'release.succeeded', { version: '1.0', run: 'a' }, 'staging')
  ship.wait(5)
  await say('checkout', 'release.succeeded', { version: '1.1', run: 'b' }, 'staging')
  ship.wait(5)
  const drill = { version: '1.0', run: 'c', kind: 'rollback' as const, drill: true }
  await say('checkout', 'release.succeeded', drill, 'staging')
  ship.wait(60 * 24 * 12)
  const ed = await server.signedIn('editor')
  assert.match((await ed.get(plan)).body, /last walked <time[^>]+>12 days ago<\/time>, in <a[^>]+>staging/)
  assert.match((await ed.get(page)).body, /12 days ago in staging <span class="quiet said">a drill/)
})
