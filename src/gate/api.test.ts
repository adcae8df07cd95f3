import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scope } from '../accounts/model.ts'
import { archiveComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { isPublicLine, journalActions } from '../journal/journal.ts'
import { startTestApp, type TestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'

async function yard() {
  const shop = await northwind()
  shop.ship.at('2026-11-23T12:00:00.000Z')
  const server = await startTestApp(shop.ship)
  const call = await caller(server, 'releases:write')
  const ask = (body: object, headers: Record<string, string> = {}) =>
    call('POST', '/api/v1/releases/check', body, headers)
  return { ...shop, server, ask, boss: await caller(server, 'admin') }
}

async function caller(server: TestApp, ...scopes: Scope[]) {
  const authorization = await server.token(...scopes)
  return (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    payload?: object,
    more: Record<string, string> = {},
  ) => server.inject({ method, url, ...(payload ? { payload } : {}), headers: { authorization, ...more } })
}

const release = { component: 'checkout', version: '1.2', rollback: { db_change: 'none' } }
const sale = {
  reason: 'Sale',
  starts_at: '2026-11-23T11:00:00Z',
  ends_at: '2026-11-23T20:00:00Z',
  components: ['checkout'],
  may_pass: ['Ed'],
}

test('a release that may go out is answered 200, one that may not 409 as a problem with all its reasons', async () => {
  const { ask, ship } = await yard()
  const yes = await ask(release)
  assert.deepEqual([yes.statusCode, yes.json().allowed, yes.json().reasons], [200, true, []])
  assert.equal(yes.json().checked_at, '2026-11-23T12:00:00.000Z')

  const components = [{ component: 'checkout', status: 'major_outage' as const }]
  const incident = await declareIncident(ship, { title: 'Nobody can pay', body: 'We look.', components })
  const no = await ask(release)
  assert.equal(no.statusCode, 409)
  assert.match(no.headers['content-type'] as string, /^application\/problem\+json/)
  assert.match(no.headers['cache-control'] as string, /no-store/)
  const { detail, status, allowed, words, reasons } = no.json()
  assert.deepEqual([status, allowed, detail], [409, false, words])
  assert.deepEqual(reasons, [
    {
      code: 'open_incident',
      level: 'stop',
      words: 'A critical incident is open on Checkout: “Nobody can pay”.',
      subject_kind: 'incident',
      subject_id: incident.id,
      url: `http://localhost:8080/admin/incidents/${incident.id}`,
    },
  ])
})

test('a shell’s answer has a line for each reason, whatever a reason or a version holds', async () => {
  const { ask, boss } = await yard()
  await boss('POST', '/api/v1/freezes', { ...sale, reason: 'Sale\n::error::x' })
  const { body } = await ask({ ...release, version: '1.2\r::add-mask::y' }, { accept: 'text/plain' })
  assert.match(
    body,
    /^1\.2 ::add-mask::y of Checkout may not[^\n\r]*\nStopped: [^\n\r]*Sale ::error::x[^\n\r]*\n$/,
  )
})

test('a shell is answered in plain sentences, also when its question is wrong', async () => {
  const { ask, boss } = await yard()
  await boss('POST', '/api/v1/freezes', sale)
  const text = { accept: 'text/plain' }
  const no = await ask(release, text)
  assert.equal(no.statusCode, 409)
  assert.match(no.headers['content-type'] as string, /^text\/plain/)
  const [headline, reason, end] = no.body.split('\n')
  assert.equal(headline, '1.2 of Checkout may not go out to production now.')
  assert.match(
    reason ?? '',
    /^Stopped: Nothing goes out until .* http:\/\/localhost:8080\/admin\/freezes\/\w+$/,
  )
  assert.equal(end, '')
  const yes = await ask({ ...release, actor: 'Ed' }, text)
  assert.equal(yes.statusCode, 200)
  assert.match(yes.body, /^1\.2 of Checkout may go out to production\.\nPassed: .* Ed may pass\. http/)
  const unknown = await ask({ component: 'nosuch' }, text)
  assert.deepEqual(
    [unknown.statusCode, unknown.body],
    [404, 'There is no component “nosuch”: ask by its slug or its id.\n'],
  )
})

test('what is unknown, archived or malformed is answered plainly, and never as allowed', async () => {
  const { ask, ship, components } = await yard()
  await archiveComponent(ship, components.storefront.id)
  const status = async (body: object) => (await ask(body)).statusCode
  assert.equal(await status({ component: 'nosuch', version: '1' }), 404)
  assert.equal(await status({ component: 'storefront', version: '1' }), 409)
  for (const wrong of [
    {},
    [],
    { component: '' },
    { component: null },
    { ...release, kind: 'undo' },
    { ...release, version: 7 },
    { ...release, version: 'a\u0000b' },
    { ...release, environment: 'x'.repeat(201) },
    { ...release, rollback: 'yes' },
  ]) {
    assert.ok([400, 422].includes(await status(wrong)), JSON.stringify(wrong))
  }
  assert.equal((await ask({ component: components.checkout.id, version: '1' })).statusCode, 200)
})

test('a question tells nothing to who has no token, and a token that may not report may not ask', async () => {
  const { server, boss } = await yard()
  await boss('POST', '/api/v1/freezes', { ...sale, reason: 'C0nfidential' })
  const routes: ['GET' | 'POST' | 'PUT', string][] = [
    ['POST', '/api/v1/releases/check'],
    ['GET', '/api/v1/freezes'],
    ['POST', '/api/v1/freezes'],
    ['GET', '/api/v1/components/checkout/gate'],
    ['PUT', '/api/v1/components/checkout/gate'],
  ]
  for (const [method, url] of routes) {
    for (const component of ['checkout', 'ledger', 'nosuch']) {
      const answer = await server.inject({ method, url, ...(method !== 'GET' && { payload: { component } }) })
      assert.equal(answer.statusCode, 401, url)
      assert.doesNotMatch(answer.body, /Checkout|Ledger|C0nfidential/i)
    }
  }
  for (const scope of ['releases:read', 'components:write', 'incidents:write', 'journal:read'] as const) {
    const other = await caller(server, scope)
    assert.equal((await other('POST', '/api/v1/releases/check', release)).statusCode, 403, scope)
  }
})

test('a deploy’s own token reads freezes, but neither plans nor ends one, nor changes what it is asked', async () => {
  const { server, boss } = await yard()
  const { id } = (await boss('POST', '/api/v1/freezes', sale)).json()
  const deploy = await caller(server, 'releases:write')
  assert.equal((await deploy('GET', '/api/v1/freezes')).json().data[0].id, id)
  const refused = [
    await deploy('POST', '/api/v1/freezes', sale),
    await deploy('PATCH', `/api/v1/freezes/${id}`, { may_pass: ['test 1'] }),
    await deploy('POST', `/api/v1/freezes/${id}/end`),
    await deploy('PUT', '/api/v1/components/checkout/gate', { rules: { freeze: 'off' } }),
  ]
  assert.deepEqual(
    refused.map(({ statusCode }) => statusCode),
    [403, 403, 403, 403],
  )
})

test('each answer is kept in the journal, with who asked, of what, and why; refused questions are not', async () => {
  const { ask, boss } = await yard()
  await ask({ ...release, actor: 'Ada' })
  await ask({ component: 'nosuch' })
  await boss('POST', '/api/v1/freezes', sale)
  await ask({ ...release, rollback: null, environment: 'PROD' })
  await ask({ ...release, rollback: null, kind: 'rollback' })
  const { data } = (await boss('GET', '/api/v1/journal?action=gate.asked')).json()
  assert.deepEqual(
    data.map(({ detail }: { detail: Record<string, unknown> }) => [
      detail.version,
      detail.environment,
      detail.kind,
      detail.actor,
      detail.answer,
      detail.codes,
    ]),
    [
      ['1.2', 'production', 'rollback', null, 'yes, with a warning', ['never_live']],
      ['1.2', 'production', 'deploy', null, 'no', ['freeze', 'rollback_unanswered']],
      ['1.2', 'production', 'deploy', 'Ada', 'yes', []],
    ],
  )
  assert.equal(data[0].subject_kind, 'component')
})

test('many questions at once are each answered and each kept', async () => {
  const { ask, boss } = await yard()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => ask({ ...release, version: `1.${index}` })),
  )
  assert.ok(answers.every(({ statusCode }) => statusCode === 200))
  const kept = (await boss('GET', '/api/v1/journal?action=gate.asked&limit=100')).json().data
  assert.equal(new Set(kept.map((line: { detail: { version: string } }) => line.detail.version)).size, 40)
})

test('questions, freezes and rules touch no public answer', () => {
  const own = journalActions.filter((action) => /^(gate|freeze)\./.test(action))
  const ofFreezes = ['planned', 'edited', 'ended', 'series_edited', 'series_ended', 'undone'].map(
    (verb) => `freeze.${verb}`,
  )
  assert.deepEqual(own, ['gate.asked', 'gate.rules_set', ...ofFreezes])
  for (const action of own) assert.equal(isPublicLine({ action }), false, action)
})

test('a freeze is planned, read, changed and ended by API, once for each key', async () => {
  const { boss } = await yard()
  const key = { 'idempotency-key': 'sale' }
  const made = await boss('POST', '/api/v1/freezes', sale, key)
  assert.equal(made.statusCode, 201)
  const { id, ...planned } = made.json()
  assert.equal((await boss('POST', '/api/v1/freezes', sale, key)).json().id, id)
  assert.deepEqual([planned.state, planned.version, planned.components[0].slug], ['now', 1, 'checkout'])

  const edited = await boss('PATCH', `/api/v1/freezes/${id}`, { components: [], may_pass: [], version: 1 })
  assert.deepEqual(
    [edited.json().components, edited.json().may_pass, edited.json().reason, edited.json().version],
    [[], [], 'Sale', 2],
  )
  const late = await boss('PATCH', `/api/v1/freezes/${id}`, { reason: 'Mine', version: 1 })
  assert.deepEqual([late.statusCode, late.json().current.reason], [409, 'Sale'])

  assert.equal((await boss('POST', `/api/v1/freezes/${id}/end`)).json().state, 'past')
  const again = await boss('POST', `/api/v1/freezes/${id}/end`)
  assert.deepEqual([again.statusCode, again.json().version], [200, 3], 'whoever comes second finds it ended')
  const over = await boss('PATCH', `/api/v1/freezes/${id}`, { reason: 'Again' })
  assert.deepEqual([over.statusCode, over.json().detail], [409, 'This freeze is over. Plan a new one.'])
  const lines = (await boss('GET', `/api/v1/journal?subject_id=${id}`)).json().data
  assert.deepEqual(
    lines.map(({ action }: { action: string }) => action),
    ['freeze.ended', 'freeze.edited', 'freeze.planned'],
  )
})

test('a freeze that makes no sense is refused beside the field that is wrong', async () => {
  const { boss, ship, components } = await yard()
  await archiveComponent(ship, components.ledger.id)
  const wrong = {
    ends_at: [
      { ends_at: '2026-11-23T10:00:00Z' },
      { ends_at: '2026-11-23T11:00:00Z' },
      { starts_at: '2026-11-01T00:00:00Z', ends_at: '2026-11-23T12:00:00Z' },
      { ends_at: '2027-12-23T10:00:00Z' },
    ],
    components: [{ components: ['nosuch'] }, { components: ['checkout', 'ledger'] }],
  }
  for (const [field, bodies] of Object.entries(wrong)) {
    for (const body of bodies) {
      const answer = await boss('POST', '/api/v1/freezes', { ...sale, ...body })
      assert.equal(answer.statusCode, 422, JSON.stringify(body))
      assert.ok(answer.json().errors[field], answer.body)
    }
  }
  assert.deepEqual((await boss('GET', '/api/v1/freezes')).json().data, [])
  assert.equal((await boss('GET', '/api/v1/freezes/nosuch')).statusCode, 404)
  assert.equal((await boss('POST', '/api/v1/freezes/nosuch/end')).statusCode, 404)
})

test('a component that is archived after it was frozen stays named, and stops nobody from changing the rest', async () => {
  const { boss, ship, components } = await yard()
  const named = { ...sale, components: ['checkout', 'ledger'] }
  const { id } = (await boss('POST', '/api/v1/freezes', named)).json()
  await archiveComponent(ship, components.ledger.id)
  const kept = { components: [components.checkout.id, components.ledger.id], reason: 'Sale, longer' }
  const edited = await boss('PATCH', `/api/v1/freezes/${id}`, kept)
  assert.deepEqual([edited.statusCode, edited.json().components.length], [200, 2])
})

test('freezes are read page by page, latest start first, or those that are in force, coming or past', async () => {
  const { boss } = await yard()
  const day = (from: number) => ({
    starts_at: `2026-11-${from}T00:00:00Z`,
    ends_at: `2026-11-${from + 1}T00:00:00Z`,
  })
  for (const from of [25, 23, 27]) await boss('POST', '/api/v1/freezes', { reason: `${from}`, ...day(from) })
  const reasons = async (query: string) => {
    const { data, next_cursor } = (await boss('GET', `/api/v1/freezes?${query}`)).json()
    return [data.map(({ reason }: { reason: string }) => reason), next_cursor]
  }
  const [first, cursor] = await reasons('limit=2')
  assert.deepEqual(first, ['27', '25'])
  assert.deepEqual(await reasons(`limit=2&cursor=${cursor}`), [['23'], null])
  assert.deepEqual(await reasons('show=now'), [['23'], null])
  assert.deepEqual(await reasons('show=coming'), [['27', '25'], null])
  assert.deepEqual(await reasons('show=past'), [[], null])
  assert.equal((await boss('GET', '/api/v1/freezes?cursor=nosuch')).statusCode, 404)
})

test('rules are read and set for each component; what is not named stays, and what is unknown is refused', async () => {
  const { boss, ask, ship } = await yard()
  const components = [{ component: 'checkout', status: 'major_outage' as const }]
  await declareIncident(ship, { title: 'Down', body: 'We look.', components })
  const address = '/api/v1/components/checkout/gate'
  const set = await boss('PUT', address, { rules: { open_incident: 'warn', freeze: 'off' } })
  assert.deepEqual(set.json().rules, {
    open_incident: 'warn',
    freeze: 'off',
    previous_unsettled: 'warn',
    marked_bad: 'on',
    rollback_unanswered: 'warn',
  })
  await boss('POST', '/api/v1/freezes', sale)
  const answer = await ask(release)
  assert.deepEqual([answer.statusCode, answer.json().reasons.length], [200, 1])
  await boss('PUT', address, { rules: { freeze: 'off' } })
  const lines = (await boss('GET', '/api/v1/journal?action=gate.rules_set')).json().data
  assert.deepEqual(
    lines.map(({ detail }: { detail: { rules: object } }) => detail.rules),
    [{ open_incident: 'warn', freeze: 'off' }],
    'what changes nothing is not told',
  )
  for (const rules of [{ weather: 'on' }, { freeze: 'maybe' }, 'on', null]) {
    assert.equal((await boss('PUT', address, { rules })).statusCode, 422, JSON.stringify(rules))
  }
  assert.equal((await boss('GET', '/api/v1/components/nosuch/gate')).statusCode, 404)
  assert.deepEqual((await boss('GET', '/api/v1/components/storefront/gate')).json().rules.freeze, 'on')
})
