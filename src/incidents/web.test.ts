import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { currentStatuses } from '../components/impacts.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { type Client, startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { declareIncident } from './actions.ts'
import { listIncidents, updatesOf } from './store.ts'
import { postUpdate } from './updates.ts'

test('the suspect is chosen once what is affected is known, and stays chosen by whom it was chosen', async () => {
  const { ship, ed, checkout, bad } = await shop()
  const first = await ed.get('/admin/incidents/new')
  assert.match(first.body, /value="unknown" checked/)

  const hurt = { [`status_${checkout.id}`]: 'partial_outage' }
  const draft = await ed.post('/admin/incidents/draft', {
    ...hurt,
    title: 'Cards fail',
    cause: 'unknown',
    cause_offered: 'unknown',
  })
  assert.equal(draft.statusCode, 200)
  assert.match(draft.body, new RegExp(`value="release:${bad.id}" checked`))
  assert.match(draft.body, /<code>checkout 2\.14\.0<\/code>/)
  assert.match(draft.body, /4 min before the start, on an affected component/)
  assert.match(draft.body, /option__note">likely/)
  const offered = `release:${bad.id}`
  const own = await ed.post('/admin/incidents/draft', {
    ...hurt,
    cause: 'not_release',
    cause_offered: offered,
  })
  assert.match(own.body, /value="not_release" checked/)
  assert.deepEqual(await listIncidents(ship, { show: 'all', limit: 9 }), [])
})

test('the preview is the incident itself, and leaves nothing behind', async () => {
  const { ship, ed, checkout, bad } = await shop()
  const answer = await ed.post('/admin/incidents/draft', {
    title: 'Cards <fail>',
    body: 'We are **on it**.',
    state: 'identified',
    cause: `release:${bad.id}`,
    [`status_${checkout.id}`]: 'major_outage',
  })
  const preview = /<div class="preview">[\s\S]*?<\/aside>/.exec(answer.body)?.[0] ?? ''
  assert.match(preview, /Checkout is down/)
  assert.match(preview, /Cards &lt;fail&gt;/)
  assert.match(preview, /<strong>on it<\/strong>/)
  assert.match(preview, /2\.14\.0/)
  assert.deepEqual(await listIncidents(ship, { show: 'all', limit: 9 }), [])
  assert.equal((await currentStatuses(ship)).size, 0)
})

test('the preview names the suspect that is chosen for the operator, and no component is another one at first', async () => {
  const { ed, checkout, bad } = await shop()
  assert.doesNotMatch((await ed.get('/admin/incidents/new')).body, /on another component/)
  const draft = { title: 'Cards fail', body: 'Looking.', cause: 'unknown', cause_offered: 'unknown' }
  const answer = await ed.post('/admin/incidents/draft', {
    ...draft,
    [`status_${checkout.id}`]: 'major_outage',
  })
  assert.match(answer.body, new RegExp(`value="release:${bad.id}" checked`))
  assert.match(/<div class="preview">[\s\S]*?<\/aside>/.exec(answer.body)?.[0] ?? '', /2\.14\.0/)
})

test('an incident of which customers would see nothing says so in its preview', async () => {
  const { ed, search } = await shop()
  const draft = { title: 'Search fails', body: 'Looking.', [`status_${search.id}`]: 'major_outage' }
  const answer = await ed.post('/admin/incidents/draft', draft)
  assert.match(answer.body, /Customers will not see this incident/)
  assert.match(answer.body, /Everything is working/)
})

test('an incident is declared, told on, resolved and reopened in the browser', async () => {
  const { ship, ed, checkout, bad } = await shop()
  const made = await ed.post('/admin/incidents', {
    title: 'Cards fail',
    body: 'Looking.',
    state: 'investigating',
    started_on: '2026-11-23',
    started_clock: '11:58',
    next_update_clock: '12:30',
    cause: `release:${bad.id}`,
    [`status_${checkout.id}`]: 'major_outage',
  })
  assert.equal(made.statusCode, 303)
  const [incident] = await listIncidents(ship, { show: 'open', limit: 9 })
  assert.deepEqual(
    [incident?.started_at, incident?.next_update_at, incident?.cause_release_id],
    ['2026-11-23T11:58:00.000Z', '2026-11-23T12:30:00.000Z', bad.id],
  )
  const address = made.headers.location as string
  assert.match((await ed.get(address)).body, /Published\. Customers see it now\./)
  assert.match((await ed.get('/admin/incidents')).body, /Cards fail/)

  const tell = async (fields: Record<string, string>) =>
    ed.post(`${address}/updates`, { version: await version(ed, address), ...fields })
  assert.equal((await tell({ state: 'resolved', body: 'Over.', remedy: 'other' })).statusCode, 303)
  assert.equal((await currentStatuses(ship)).size, 0)
  ship.wait(5)
  const again = { state: 'investigating', body: 'Back.', [`status_${checkout.id}`]: 'degraded_performance' }
  assert.equal((await tell(again)).statusCode, 303)
  assert.equal((await currentStatuses(ship)).get(checkout.id), 'degraded_performance')

  await ed.post(`${address}/deletion`)
  assert.match((await ed.get(address)).body, /Restore it/)
  assert.match((await ed.get('/admin/incidents?show=deleted')).body, /Cards fail/)
  await ed.post(`${address}/restoration`)
  assert.equal((await currentStatuses(ship)).size, 1)
})

test('a form that does not fit comes back with all that was typed and words at the fields', async () => {
  const { ed, checkout } = await shop()
  const answer = await ed.post('/admin/incidents', {
    title: '',
    body: 'Typed at night <script>',
    state: 'identified',
    started_on: '2026-11-22',
    started_clock: '14:06',
    [`status_${checkout.id}`]: 'partial_outage',
  })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /Say what customers notice\./)
  assert.match(answer.body, /Typed at night &lt;script&gt;/)
  assert.match(answer.body, /value="partial_outage" checked/)
  assert.match(answer.body, /value="identified" checked/)
  assert.match(answer.body, /value="2026-11-22"/)
  const starts: Record<string, string>[] = [
    { started_clock: '25:00' },
    { started_on: '2026-13-45', started_clock: '10:00' },
    { started_clock: '23:59' },
  ]
  for (const start of starts) {
    const wrong = await ed.post('/admin/incidents', { title: 'T', body: 'B', ...start })
    assert.equal(wrong.statusCode, 422)
    assert.match(wrong.body, /id="started_at-error"/)
  }
  const none = await ed.post('/admin/incidents', {
    title: 'T',
    body: 'B',
    cause: 'other',
    other_release_id: '',
  })
  assert.match(none.body, /Say which release caused it\./)
  const unknown = await ed.post('/admin/incidents', { title: 'T', body: 'B', cause: 'release:never' })
  assert.match(unknown.body, /There is no such release/)
})

test('an update that somebody overtook is shown beside theirs, and neither is lost', async () => {
  const { ship, ed, checkout } = await shop()
  const { id } = await declareIncident(ship, { title: 'Cards fail', body: 'Looking.' })
  const address = `/admin/incidents/${id}`
  const seen = await version(ed, address)
  await postUpdate(ship, id, { state: 'identified', body: 'It is the **bank**.' })
  const late = await ed.post(`${address}/updates`, {
    version: seen,
    state: 'monitoring',
    body: 'It is *us*.',
    [`status_${checkout.id}`]: 'degraded_performance',
  })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /It is the <strong>bank<\/strong>\./)
  assert.match(late.body, /It is \*us\*\.<\/textarea>/)
  assert.match(late.body, /value="monitoring" checked/)
  assert.equal((await updatesOf(ship, [id])).length, 2)
  const again = {
    version: /name="version" value="(\d+)"/.exec(late.body)?.[1] ?? '',
    state: 'monitoring',
    body: 'It is *us*.',
  }
  assert.equal((await ed.post(`${address}/updates`, again)).statusCode, 303)
  assert.equal((await updatesOf(ship, [id])).length, 3)
})

test('facts and texts are mended, and whoever comes late sees both', async () => {
  const { ship, ed } = await shop()
  const { id } = await declareIncident(ship, { title: 'Cards fail', body: 'Looking.' })
  const address = `/admin/incidents/${id}`
  const facts = { title: 'Some cards fail', impact: 'major', cause: 'not_release', remedy: '', version: '1' }
  const start = { started_on: '2026-11-23', started_clock: '11:00' }
  assert.equal((await ed.post(address, { ...facts, ...start })).statusCode, 303)
  const late = await ed.post(address, { ...facts, ...start, title: 'All cards fail' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /<dd>Some cards fail<\/dd>/)
  assert.match(late.body, /value="All cards fail"/)
  const forward = await ed.post(address, { ...facts, ...start, version: '2', remedy: 'rolled_forward' })
  assert.equal(forward.statusCode, 422)
  assert.match(forward.body, /Say why a rollback was not possible/)

  const [update] = await updatesOf(ship, [id])
  const text = `${address}/updates/${update?.id}`
  assert.equal((await ed.post(text, { body: 'Looking hard.', version: '1' })).statusCode, 303)
  const second = await ed.post(text, { body: 'Staring.', version: '1' })
  assert.equal(second.statusCode, 409)
  assert.match(second.body, /Looking hard\./)
  assert.match(second.body, /Staring\.<\/textarea>/)
  assert.equal((await ed.post(`${text}/deletion`)).statusCode, 409)
})

test('once the rollback is seen an update is offered, and publishing it names the remedy', async () => {
  const { ship, ed, checkout, bad, good } = await shop()
  const components = [{ component: checkout.id, status: 'major_outage' as const }]
  const { id } = await declareIncident(ship, {
    title: 'Cards fail',
    body: 'Looking.',
    cause_release_id: bad.id,
    components,
  })
  const address = `/admin/incidents/${id}`
  assert.doesNotMatch((await ed.get(address)).body, /The rollback is done/)
  ship.wait(10)
  await recordByHand(ship, { component: 'checkout', version: '2.13.4', minutes_taken: 3 })
  const page = await ed.get(address)
  assert.match(page.body, /The rollback is done\. Tell customers\?/)
  assert.match(page.body, /We rolled Checkout back to 2\.13\.4 at 12:10\. It took 3 min\./)
  await ed.post(`${address}/updates`, {
    version: await version(ed, address),
    state: 'monitoring',
    body: 'We rolled back.',
    remedy: 'rolled_back',
    remedy_release_id: /name="remedy_release_id" value="([^"]+)"/.exec(page.body)?.[1] ?? '',
  })
  const [incident] = await listIncidents(ship, { show: 'open', limit: 1 })
  assert.deepEqual(
    [incident?.state, incident?.remedy, incident?.remedy_release_id],
    ['monitoring', 'rolled_back', good.id],
  )
  assert.equal((await currentStatuses(ship)).get(checkout.id), 'major_outage')
  assert.doesNotMatch((await ed.get(address)).body, /The rollback is done/)
})

test('a form sent twice declares once', async () => {
  const { ship, ed } = await shop()
  const form = /name="_form" value="([^"]+)"/.exec((await ed.get('/admin/incidents/new')).body)?.[1] ?? ''
  const fields = { _form: form, title: 'Cards fail', body: 'Looking.' }
  const answers = [await ed.post('/admin/incidents', fields), await ed.post('/admin/incidents', fields)]
  assert.deepEqual(
    answers.map((answer) => answer.statusCode),
    [303, 303],
  )
  assert.equal(answers[0]?.headers.location, answers[1]?.headers.location)
  assert.equal((await listIncidents(ship, { show: 'all', limit: 9 })).length, 1)
})

test('a release from long before can be named as the cause', async () => {
  const { ship, ed, good } = await shop()
  const old = { cause: 'other', other_release_id: good.id }
  await ed.post('/admin/incidents', { title: 'Memory runs out', body: 'Slowly.', ...old })
  const [incident] = await listIncidents(ship, { show: 'open', limit: 1 })
  assert.equal(incident?.cause_release_id, good.id)
  const page = await ed.get(`/admin/incidents/${incident?.id}/edit`)
  assert.match(page.body, new RegExp(`value="release:${good.id}" checked`))
})

test('a component or a release may bring its own page to the form', async () => {
  const { ed, good } = await shop()
  const page = await ed.get(`/admin/incidents/new?component=checkout&release=${good.id}`)
  assert.match(page.body, new RegExp(`value="release:${good.id}" checked`))
  assert.match(page.body, /value="degraded_performance" checked/)
  assert.equal((await ed.get('/admin/incidents/new?component=till')).statusCode, 404)
})

test('a viewer reads and cannot publish', async () => {
  const { ship, server } = await shop()
  const { id } = await declareIncident(ship, { title: 'Cards fail', body: 'Looking.' })
  const vi = await server.signedIn('viewer')
  const page = await vi.get(`/admin/incidents/${id}`)
  assert.equal(page.statusCode, 200)
  assert.doesNotMatch(page.body, /Publish the update/)
  assert.equal((await vi.get('/admin/incidents/new')).statusCode, 403)
  assert.equal((await vi.post(`/admin/incidents/${id}/updates`, { body: 'Hi' })).statusCode, 403)
  assert.equal((await vi.get('/admin/incidents/never')).statusCode, 404)
})

async function shop() {
  const ship = await world()
  const server = await startTestApp(ship)
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const search = await createComponent(ship, { name: 'Search', visibility: 'private' })
  const live = (version: string, at: string) => recordByHand(ship, { component: 'checkout', version, at })
  const good = await live('2.13.4', '2026-11-20T12:00:00Z')
  const bad = await live('2.14.0', '2026-11-23T11:56:00Z')
  return { ship, server, checkout, search, good, bad, ed: await server.signedIn('editor') }
}

async function version(browser: Client, address: string) {
  return /name="version" value="(\d+)"/.exec((await browser.get(address)).body)?.[1] ?? ''
}

test('an address that asks twice for one thing is told so', async () => {
  const server = await startTestApp(await world())
  const editor = await server.signedIn('editor')
  for (const asked of [
    '?cursor=a&cursor=b',
    '?show=a&show=b',
    '/new?component=a&component=b',
    '/new?release=a&release=b',
  ]) {
    assert.equal((await editor.get(`/admin/incidents${asked}`)).statusCode, 422, asked)
  }
})
