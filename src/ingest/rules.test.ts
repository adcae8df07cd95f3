import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource, mapService } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { mapWaiting } from './inbox.ts'
import { previewRule } from './rule-preview.ts'

/** A team with two components and a source that speaks of many services. */
async function team() {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  const [shop, till] = [
    await createComponent(ship, { name: 'Shop' }),
    await createComponent(ship, { name: 'Till' }),
  ]
  let run = 0
  const report = async (service: string, environment?: string, type = 'succeeded') => {
    run += 1
    const payload = { type, service, run: String(run), version: `1.${run}`, environment }
    const headers = { authorization: `Bearer ${secret}` }
    const answer = await server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })
    assert.equal(answer.statusCode, 202, answer.body)
    return answer.json()
  }
  const releases = async () => {
    const rows = await ship.db
      .selectFrom('releases')
      .innerJoin('components', 'components.id', 'releases.component_id')
      .innerJoin('environments', 'environments.id', 'releases.environment_id')
      .select(['components.slug', 'environments.name', 'releases.version', 'releases.state'])
      .orderBy('releases.id')
      .execute()
    return rows.map(({ slug, name, version, state }) => `${slug} ${version} ${name} ${state}`)
  }
  return { ship, server, source_id: source.id, shop, till, report, releases }
}

test('a rule with a pattern replays all that waited for it, in the environment it says', async () => {
  const { ship, source_id, report, releases } = await team()
  await report('acme/shop-web', 'prd')
  await report('acme/shop-api', 'PRD')
  await report('acme/shop-api', 'qa')
  await report('acme/other', 'prd')
  const rule = { service: 'acme/shop-*', environment: 'prd', component: 'shop', becomes_environment: 'prod' }
  const made = await mapWaiting(ship, { source_id, ...rule })
  assert.equal(made.replayed, 2)
  assert.deepEqual(await releases(), ['shop 1.1 production succeeded', 'shop 1.2 production succeeded'])
  const next = await report('acme/shop-new', 'prd')
  assert.equal(next.matched, true)
  assert.equal((await report('acme/shop-web', 'qa')).matched, false)
  const said = await ship.db.selectFrom('release_events').select('environment').distinct().execute()
  assert.deepEqual(said.map(({ environment }) => environment).sort(), ['PRD', 'prd', 'qa'], 'facts stay')
})

test('events of an environment that no rule is about wait on, and cost the others nothing', async () => {
  const { ship, source_id, report, releases } = await team()
  await report('web', 'qa')
  await mapWaiting(ship, { source_id, service: 'web', environment: 'production', component: 'shop' })
  await report('web')
  assert.deepEqual(await releases(), ['shop 1.2 production succeeded'])
  await mapWaiting(ship, { source_id, service: 'web', component: 'till' })
  assert.deepEqual(await releases(), ['shop 1.2 production succeeded', 'till 1.1 qa succeeded'])
})

test('a preview tells what waits, what went elsewhere, what is there and which rules disagree, and changes nothing', async () => {
  const { ship, source_id, shop, report, releases } = await team()
  await mapService(ship, source_id, { service: 'acme/till-web', component: 'till' })
  await mapService(ship, source_id, { service: 'acme/*', component: 'till', environment: 'qa' })
  await report('acme/shop')
  await report('acme/till-web')
  await report('acme/till')
  for (let times = 0; times < 23; times++) await report('acme/waits')
  await report('acme/waits', 'staging')
  await report('acme/waits', undefined, 'artifact.available')
  await report('other')
  const rule = { service: 'acme/*', component: 'shop' }
  const seen = await previewRule(ship, source_id, rule)

  assert.deepEqual([seen.waiting.count, seen.waiting.newest.length], [24, 20])
  const [newest] = seen.waiting.newest
  assert.deepEqual(
    [newest?.service, newest?.environment, newest?.version, newest?.would_be_in, newest?.component],
    ['acme/waits', 'staging', '1.27', 'staging', null],
  )
  assert.deepEqual(
    seen.elsewhere.newest.map((event) => [event.service, event.component, event.in_environment]),
    [['acme/till', 'Till', 'production']],
  )
  assert.equal(seen.there_already, 1)
  assert.deepEqual(
    seen.conflicts.map((other) => [other.service, other.environment, other.comes_first]),
    [
      ['acme/till-web', '*', true],
      ['acme/*', 'qa', true],
    ],
  )
  assert.equal(seen.replaces, null)
  assert.equal((await releases()).length, 3)
  const { rules } = await ship.db
    .selectFrom('source_rules')
    .select(({ fn }) => fn.countAll<number>().as('rules'))
    .executeTakeFirstOrThrow()
  assert.equal(Number(rules), 2)

  const { replayed } = await mapWaiting(ship, { source_id, ...rule })
  assert.equal(replayed, seen.waiting.count, 'what was promised is done')
  assert.equal((await releases()).filter((line) => line.startsWith('till')).length, 2, 'nothing is moved')
  const after = await previewRule(ship, source_id, {
    ...rule,
    component: 'till',
    becomes_environment: 'live',
  })
  assert.deepEqual([after.replaces?.component_id, after.new_environment], [shop.id, 'live'])
  assert.equal(after.elsewhere.count, 26)
})

test('what went elsewhere is told of the last 90 days; what waits is told however old it is', async () => {
  const { ship, source_id, report } = await team()
  await report('shop')
  await report('store')
  ship.wait(91 * 24 * 60)
  const seen = await previewRule(ship, source_id, { service: 's*', component: 'till' })
  assert.deepEqual([seen.waiting.count, seen.elsewhere.count], [1, 0])
})

test('in a browser without scripts: a rule is previewed, mended and added from what waits', async () => {
  const { server, source_id, report, releases } = await team()
  await report('acme/<b>shop', 'prd')
  await report('till')
  const admin = await server.signedIn('admin')
  const inbox = await admin.get('/admin/inbox')
  const [, link = ''] = /href="(\/admin\/sources\/\w+\/rules\/new\?service=[^"]+)"/.exec(inbox.body) ?? []
  const form = await admin.get(link)
  assert.match(form.body, /name="service" value="acme\/&lt;b&gt;shop"/)
  assert.match(form.body, /formaction="\/admin\/sources\/\w+\/rules\/preview#preview">Preview/)

  const at = `/admin/sources/${source_id}/rules`
  const typed = { service: 'acme/*', environment: '', component: '', becomes_environment: 'production' }
  const wrong = await admin.post(`${at}/preview`, typed)
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /Choose a component[\s\S]*value="acme\/\*"[\s\S]*value="production"/)

  const looked = await admin.post(`${at}/preview`, { ...typed, service: '*', component: 'shop' })
  assert.equal(looked.statusCode, 200)
  assert.match(looked.body, /One event that waits<\/b> would be replayed/)
  assert.match(looked.body, /One that went elsewhere since[\s\S]*stays where it is/)
  assert.match(looked.body, /acme\/&lt;b&gt;shop[\s\S]*Shop in production/)
  assert.match(looked.body, /Till in production[\s\S]*Shop in production/)
  assert.match(looked.body, /<option value="shop" selected>/)
  assert.deepEqual(await releases(), ['till 1.2 production succeeded'])

  const added = await admin.post(at, { ...typed, service: '*', component: 'shop' })
  assert.deepEqual([added.statusCode, added.headers.location], [303, `/admin/sources/${source_id}`])
  const page = await admin.get(String(added.headers.location))
  assert.match(page.body, /One event that waited was replayed/)
  assert.match(page.body, /<code>\*<\/code> is Shop in production/)
  assert.deepEqual(await releases(), ['till 1.2 production succeeded', 'shop 1.1 production succeeded'])

  const again = await admin.post(`${at}/preview`, { ...typed, service: 'acme/*', component: 'till' })
  assert.match(again.body, /Other rules about the same[\s\S]*This one comes first/)
  const editor = await server.signedIn('editor')
  assert.equal((await editor.post(`${at}/preview`, typed)).statusCode, 403)
})

test('by API: a rule is previewed with a token that only reads, added, and listed in its order', async () => {
  const { server, source_id, report } = await team()
  await report('acme/web')
  const url = `/api/v1/sources/${source_id}/rules`
  const reader = { authorization: await server.token('sources:read') }
  const writer = { authorization: await server.token('sources:write') }
  const payload = { service: 'acme/*', component: 'shop' }
  const seen = await server.inject({ method: 'POST', url: `${url}/preview`, headers: reader, payload })
  assert.equal(seen.statusCode, 200, seen.body)
  const { waiting, rule } = seen.json()
  assert.deepEqual([waiting.count, waiting.newest[0].service, rule.match], [1, 'acme/web', 'pattern'])
  assert.equal((await server.inject({ method: 'POST', url, headers: reader, payload })).statusCode, 403)
  const added = await server.inject({ method: 'POST', url, headers: writer, payload })
  assert.deepEqual([added.statusCode, added.json().replayed], [201, 1])
  const exact = { service: 'acme/*', match: 'exact', environment: 'qa', component: 'till' }
  assert.equal(
    (await server.inject({ method: 'POST', url, headers: writer, payload: exact })).statusCode,
    201,
  )
  const { data } = (await server.inject({ url, headers: reader })).json()
  assert.deepEqual(
    data.map((one: Record<string, string>) => [one.match, one.environment, one.component_slug]),
    [
      ['exact', 'qa', 'till'],
      ['pattern', '*', 'shop'],
    ],
  )
  const wrong = { service: '', component: 'shop', match: 'regex' }
  const told = await server.inject({ method: 'POST', url: `${url}/preview`, headers: reader, payload: wrong })
  assert.equal(told.statusCode, 422)
  const nowhere = { service: 'x', component: 'nowhere' }
  const lost = await server.inject({
    method: 'POST',
    url: `${url}/preview`,
    headers: reader,
    payload: nowhere,
  })
  assert.equal(lost.statusCode, 404)
})
