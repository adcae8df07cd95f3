import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent } from '../components/actions.ts'
import { markBad } from '../releases/bad.ts'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'

async function harbour() {
  const port = await northwind()
  const server = await startTestApp(port.ship)
  const headers = { authorization: await server.token('admin') }
  const asked = async (query: string, more: object = {}) =>
    server.inject({ url: `/api/v1/rollback-target?${query}`, headers: { ...headers, ...more } })
  const put = async (url: string, payload: object) =>
    server.inject({ method: 'PUT', url: `/api/v1/${url}`, headers, payload })
  const post = async (payload: object) =>
    server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })
  const get = async (url: string) => server.inject({ url: `/api/v1/${url}`, headers })
  const remove = async (url: string) => server.inject({ method: 'DELETE', url: `/api/v1/${url}`, headers })
  const lines = async (action: string) =>
    port.ship.db.selectFrom('journal').selectAll().where('action', '=', action).execute()
  return { ...port, server, asked, put, post, get, remove, lines }
}

test('a shell gets the bare version, a program all that is known of the way back', async () => {
  const { say, ship, asked } = await harbour()
  const commit = '28e3a861aa28e3a861aa28e3a861aa28e3a861aa'
  await say('checkout', 'release.succeeded', { version: '1.4.2', commit, artifact: 'pkg:docker/shop@1.4.2' })
  const good_since = ship.now().toISOString()
  ship.wait(10)
  const undone = await say('checkout', 'release.succeeded', { version: '1.4.3' })
  const plain = await asked('component=checkout', { accept: 'text/plain' })
  assert.deepEqual([plain.statusCode, plain.body], [200, '1.4.2\n'])
  assert.match(String(plain.headers['content-type']), /^text\/plain/)
  const { warnings, ...answer } = (await asked('component=checkout')).json()
  assert.equal(answer.version, '1.4.2')
  assert.deepEqual(
    [answer.commit, answer.artifact, answer.good_since, answer.environment, answer.readiness],
    [commit, 'pkg:docker/shop@1.4.2', good_since, 'production', 'degraded'],
  )
  assert.deepEqual(
    answer.undone.map((one: { release_id: string }) => one.release_id),
    [undone],
  )
  assert.ok(warnings.some(({ code }: { code: string }) => code === 'never_tested'))
})

test('where there is no safe way back the answer is 409, with why and what there would be', async () => {
  const { say, ship, asked, server } = await harbour()
  await say('checkout', 'release.succeeded', { version: '1.0' })
  ship.wait(10)
  const rollback = { db_change: 'irreversible', roll_forward_reason: 'The fix takes 20 minutes.' }
  await say('checkout', 'release.succeeded', { version: '1.1', rollback })
  const answer = await asked('component=checkout')
  assert.equal(answer.statusCode, 409)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  assert.equal(answer.json().candidate.version, '1.0')
  assert.deepEqual(answer.json().reasons, [
    {
      code: 'point_of_no_return',
      words:
        '1.1 cannot be undone: its schema change is irreversible. Roll forward: The fix takes 20 minutes.',
    },
  ])
  const plain = await asked('component=checkout', { accept: 'text/plain' })
  assert.equal(plain.statusCode, 409)
  assert.match(plain.body, /^There is no safe way back for Checkout in production\. 1\.1 cannot be undone/)
  const nobody = await server.inject({ url: '/api/v1/rollback-target?component=checkout' })
  assert.equal(nobody.statusCode, 401)
})

test('a shell gets one line, whatever the version or the reasons hold', async () => {
  const { release, asked, ship } = await harbour()
  const odd = await release('checkout', '1.0\n::error::x')
  await release('checkout', '1.1')
  const plain = () => asked('component=checkout', { accept: 'text/plain' })
  assert.equal((await plain()).body, '1.0 ::error::x\n')
  await markBad(ship, odd, { reason: 'It\r\n::stop-commands::x' })
  assert.match((await plain()).body, /^There is no safe way back .* It ::stop-commands::x$\n$/m)
})

test('what is asked wrongly gets a plain answer', async () => {
  const { release, asked, ship, components } = await harbour()
  assert.equal((await asked('component=nothing')).statusCode, 404)
  assert.equal((await asked('environment=production')).statusCode, 422)
  assert.equal((await asked('component=checkout&environment=moon')).statusCode, 404)
  const shell = await asked('component=nothing', { accept: 'text/plain' })
  assert.deepEqual([shell.statusCode, shell.body], [404, 'There is no such component.\n'])
  assert.deepEqual((await asked('component=checkout')).json().reasons[0].code, 'nothing_live')
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await archiveComponent(ship, components.checkout.id)
  const archived = await asked('component=checkout')
  assert.deepEqual(
    [archived.statusCode, archived.json().reasons[0].code, archived.json().candidate.version],
    [409, 'component_archived', '1.0'],
  )
})

test('the way back can be asked for from a canary alone, and from nothing that is not there', async () => {
  const { say, release, asked, ship } = await harbour()
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  ship.wait(5)
  const canary = await say('checkout', 'release.progress', { version: '1.2', percent: 10 })
  const answer = (await asked(`component=checkout&from=${canary}`)).json()
  assert.deepEqual([answer.version, answer.from.version], ['1.1', '1.2'])
  assert.equal((await asked('component=checkout')).json().version, '1.0')
  const elsewhere = await release('storefront', '7.0')
  assert.equal((await asked(`component=checkout&from=${elsewhere}`)).statusCode, 422)
  assert.equal((await asked('component=checkout&from=nothing')).statusCode, 404)
})

test('nobody is handed the artifact of the very release that is to be gone back from', async () => {
  const { say, release, asked, put, ship } = await harbour()
  await release('checkout', '1.0')
  ship.wait(5)
  const facts = { version: '1.1', artifact: 'pkg:shop@1.1', rollback: { artifact_ref: 'pkg:shop@1.1' } }
  const id = await say('checkout', 'release.succeeded', facts)
  assert.equal((await asked('component=checkout')).json().artifact, null)
  await put(`releases/${id}/readiness`, { artifact_ref: 'pkg:shop@1.0' })
  assert.equal((await asked('component=checkout')).json().artifact, 'pkg:shop@1.0')
})

test('Prod and production are one environment, with one way back', async () => {
  const { say, ship, asked, components } = await harbour()
  await say('checkout', 'release.succeeded', { version: '1.0' }, 'Prod')
  ship.wait(10)
  await say('checkout', 'release.succeeded', { version: '1.1' }, 'production')
  for (const name of ['prod', 'Prod', 'PRODUCTION', 'production']) {
    const answer = await asked(`component=${components.checkout.id}&environment=${name}`)
    assert.deepEqual([answer.json().version, answer.json().environment], ['1.0', 'production'])
  }
})

test('a bad mark is made and taken back, each recorded once, and a deploy of it is warned about', async () => {
  const { release, put, remove, get, lines, asked, post, components, ship } = await harbour()
  const bad = await release('checkout', '1.0')
  await release('checkout', '1.1')
  assert.equal((await put(`releases/${bad}/bad`, {})).statusCode, 422)
  assert.equal((await put(`releases/${bad}/bad`, { reason: ' ' })).statusCode, 422)
  assert.equal((await put(`releases/${bad}/bad`, { reason: 'x'.repeat(1001) })).statusCode, 422)
  assert.equal((await put('releases/nothing/bad', { reason: 'x' })).statusCode, 404)
  for (let times = 0; times < 2; times += 1) {
    const { bad_reason, bad_at } = (await put(`releases/${bad}/bad`, { reason: 'Loses orders.' })).json()
    assert.deepEqual([bad_reason, bad_at], ['Loses orders.', ship.now().toISOString()])
  }
  assert.equal((await get(`releases/${bad}`)).json().bad_reason, 'Loses orders.')
  assert.equal((await asked('component=checkout')).json().reasons[0].code, 'all_marked_bad')
  const again = { type: 'release.started', service: 'checkout', version: '1.0', run: 'again' }
  const { warnings } = (await post(again)).json()
  assert.deepEqual(warnings, [
    {
      code: 'marked_bad',
      words: `1.0 is marked bad by ${(await get(`releases/${bad}`)).json().bad_by}: Loses orders.`,
    },
  ])
  const [line, ...others] = await lines('release.marked_bad')
  assert.equal(others.length, 0)
  const { version, component_id } = JSON.parse(line?.detail ?? '')
  assert.deepEqual([version, component_id], ['1.0', components.checkout.id])
  for (let times = 0; times < 2; times += 1) {
    assert.equal((await remove(`releases/${bad}/bad`)).json().bad_at, null)
  }
  assert.equal((await lines('release.cleared')).length, 1)
})

test('a setting or a flag puts no version live, so it is neither bad nor to be gone back from', async () => {
  const { say, put } = await harbour()
  const flag = await say('checkout', 'exposure.changed', { kind: 'flag', percent: 50, run: 'flag' })
  assert.equal((await put(`releases/${flag}/bad`, { reason: 'x' })).statusCode, 409)
  assert.equal((await put(`releases/${flag}/readiness`, { schema_change: 'none' })).statusCode, 409)
})

test('a tool is told that the reason to go forward is missing, and nothing is refused', async () => {
  const { post } = await harbour()
  const event = { type: 'release.started', service: 'checkout', version: '1.0', run: '1' }
  const rollback = { db_change: 'irreversible', ready: 'maybe', data_compat: 7 }
  const answer = await post({ ...event, rollback })
  assert.equal(answer.statusCode, 202)
  const codes = answer.json().warnings.map(({ code }: { code: string }) => code)
  assert.deepEqual(codes, [
    'rollback_not_understood',
    'rollback_not_understood',
    'roll_forward_reason_missing',
  ])
  const reason = { ...rollback, ready: 'no', data_compat: 'yes', roll_forward_reason: 'A fix is on its way.' }
  assert.deepEqual(
    (await post({ ...event, type: 'release.succeeded', rollback: reason })).json().warnings,
    [],
  )
})

test('an operator’s answers stand over the tool’s, and the component’s defaults under both', async () => {
  const { say, ship, put, get, lines } = await harbour()
  await say('checkout', 'release.succeeded', { version: '1.0' })
  ship.wait(10)
  const rollback = { migrations: [{ id: '0042_drop_legacy' }], plan: 'https://wiki.example/rb' }
  const id = await say('checkout', 'release.succeeded', { version: '1.1', rollback })
  const at = `releases/${id}/readiness`
  const told = (await get(at)).json()
  assert.equal(told.state, 'not_ready')
  assert.deepEqual(told.fields.schema_change, {
    value: 'contract',
    by: 'derived',
    note: 'proposed from its migration 0042_drop_legacy',
  })
  assert.deepEqual(told.fields.runbook, { value: 'https://wiki.example/rb', by: 'tool', note: null })
  const plan = { rollback_method: 'redeploy_previous', artifact_retained: true, data_compat: 'yes' }
  assert.equal((await put('components/checkout/rollback-plan', plan)).json().version, 1)
  assert.equal((await put('components/checkout/rollback-plan', plan)).json().version, 1)
  assert.equal((await lines('rollback.plan_set')).length, 1)
  const answered = await put(at, { schema_change: 'expand', rollback_tested_at: '2026-09-30' })
  assert.equal(answered.json().state, 'ready')
  assert.equal(answered.json().fields.artifact_retained.by, 'component')
  assert.equal(answered.json().fields.schema_change.by, 'operator')
  assert.equal((await put(at, { schema_change: 'expand' })).json().version, 1)
  assert.equal((await put(at, { schema_change: null })).json().state, 'not_ready')
  assert.equal((await lines('release.readiness_answered')).length, 2)
  assert.equal((await put(at, { version: 1, runbook: 'x' })).statusCode, 409)
})

test('answers that cannot be are refused, each by its field', async () => {
  const { release, put } = await harbour()
  await release('checkout', '1.0')
  const id = await release('checkout', '1.1')
  const other = await release('storefront', '7.0')
  const fault = async (change: object) => {
    const answer = await put(`releases/${id}/readiness`, change)
    return [answer.statusCode, Object.keys(answer.json().errors ?? {})[0]]
  }
  for (const rollback_target of ['0.1', '1.1', id, other, '7.0']) {
    assert.deepEqual(await fault({ rollback_target }), [422, 'rollback_target'], rollback_target)
  }
  assert.deepEqual(await fault({ rollback_tested_at: '2027-01-01' }), [422, 'rollback_tested_at'])
  assert.deepEqual(await fault({ rollback_tested_at: 'yesterday' }), [422, 'rollback_tested_at'])
  assert.deepEqual(await fault({ schema_change: 'some' }), [422, 'schema_change'])
  assert.equal((await put('releases/nothing/readiness', {})).statusCode, 404)
  assert.deepEqual(await fault({ rollback_target: '1.0' }), [200, undefined])
  const plan = async (change: object) => (await put('components/checkout/rollback-plan', change)).statusCode
  assert.equal(await plan({ artifact_url: 'https://registry.example/shop' }), 422)
  assert.equal(await plan({ artifact_url: 'ftp://registry.example/{version}' }), 422)
  const elsewhere = [
    '{version}/',
    '{version}.example/',
    'x:{version}/',
    'x:8{version}/',
    '{version}@x.example/',
  ]
  for (const host of elsewhere) assert.equal(await plan({ artifact_url: `https://${host}` }), 422, host)
  assert.equal(await plan({ artifacts_kept: 0 }), 422)
  assert.equal(
    await plan({ artifact_url: 'https://registry.example/shop/{version}', artifacts_kept: '5' }),
    200,
  )
})
