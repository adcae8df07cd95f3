import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createComponent } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { createSource } from './actions.ts'
import { adapterFor, sourceKinds } from './adapters/index.ts'

/** What the first fixture of a kind that has settings says of them. */
function exampleSettings(kind: string): Record<string, string> {
  const folder = join(import.meta.dirname, 'adapters/fixtures')
  const files = globSync(`${kind}-*.json`, { cwd: folder }).sort()
  const read = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  return read.find(({ settings }) => settings)?.settings ?? {}
}

const secretOn = (body: string) => /secret--once[^>]*><code>([^<]+)</.exec(body)?.[1]

test('a source is added in a browser, and its secret is shown once', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  await admin.get('/admin/sources/new')
  const made = await admin.post('/admin/sources', { name: 'GitHub, acme', kind: 'github' })
  assert.equal(made.statusCode, 303, made.body)
  const at = String(made.headers.location)
  const page = await admin.get(at)
  const secret = secretOn(page.body)
  assert.match(secret ?? '', /^[\w-]{43}$/)
  assert.match(page.body, new RegExp(`http://localhost:8080/hooks/${at.split('/').at(-1)}`))
  assert.match(page.body, /Only this machine reaches that address/)
  assert.match(page.body, /Deployment statuses/)
  assert.ok(page.body.includes(`-hmac &quot;${secret}&quot;`), 'the command to paste holds the secret')
  const again = await admin.get(at)
  assert.equal(secretOn(again.body), undefined)
  assert.ok(!again.body.includes(secret ?? '-'))
  assert.ok(!JSON.stringify(made.headers).includes(secret ?? '-'), 'the cookie that carries it is sealed')
})

test('a form with a missing field shows what was typed and says what is missing', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  assert.match((await admin.get('/admin/sources/new')).body, /href="\/admin\/sources\/new\?kind=github"/)
  await admin.get('/admin/sources/new?kind=github')
  const unknown = await admin.post('/admin/sources', { name: 'Kept', kind: 'carrier-pigeon' })
  assert.equal(unknown.statusCode, 422)
  assert.match(unknown.body, /One of native, github/)
  const long = '<b>'.repeat(40)
  const wrong = await admin.post('/admin/sources', { kind: 'github', name: long })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /value="&lt;b&gt;/)
  assert.match(wrong.body, /A name has at most 100 characters/)
  assert.equal((await admin.post('/admin/sources', { kind: 'github', name: ' ' })).statusCode, 422)
})

test('a secret is rotated, a rule is added and removed, a source is renamed, disabled and enabled', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Shop' })
  const { source } = await createSource(ship, { name: 'Script', kind: 'native' })
  const at = `/admin/sources/${source.id}`
  const admin = await server.signedIn('admin')
  await admin.get(at)
  assert.equal((await admin.post(`${at}/rotation`, { overlap_hours: '24' })).statusCode, 303)
  const rotated = await admin.get(at)
  assert.match(secretOn(rotated.body) ?? '', /^slk_/)
  assert.match(rotated.body, /The old secret is valid until/)
  assert.equal((await admin.post(`${at}/rules`, { service: 'frontend', component: 'shop' })).statusCode, 303)
  const ruled = await admin.get(at)
  const [, rule] = /rules\/(\w+)\/removal/.exec(ruled.body) ?? []
  assert.equal((await admin.post(`${at}/rules/${rule}/removal`)).statusCode, 303)
  assert.equal((await admin.post(at, { name: 'Deploy script', version: '1' })).statusCode, 303)
  const stale = await admin.post(at, { name: 'Other', version: '1' })
  assert.equal(stale.statusCode, 409)
  assert.match(stale.body, /Deploy script[\s\S]*value="Other"/)
  assert.equal((await admin.post(`${at}/disablement`)).statusCode, 303)
  assert.match((await admin.get(at)).body, /Enable the source/)
  assert.equal((await admin.post(`${at}/enablement`)).statusCode, 303)
  assert.equal((await admin.post('/admin/sources/api/rotation', { overlap_hours: '0' })).statusCode, 409)
})

test('the pages of the built-in sources and the list are shown to viewers, without buttons', async () => {
  const server = await startTestApp(await world())
  const viewer = await server.signedIn('viewer')
  for (const path of ['/admin/sources', '/admin/sources/api', '/admin/sources/hand']) {
    const page = await viewer.get(path)
    assert.equal(page.statusCode, 200, path)
    assert.ok(!page.body.includes('<button class="button">'), path)
  }
  assert.match((await viewer.get('/admin/sources/api')).body, /API token/)
  assert.equal((await viewer.get('/admin/sources/nowhere')).statusCode, 404)
  assert.equal((await viewer.get('/admin/sources/new')).statusCode, 403)
})

test('what came in stands on the source’s page with what became of it', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Shop' })
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  const post = (payload: object) =>
    server.inject({
      method: 'POST',
      url: '/api/v1/events',
      headers: { authorization: `Bearer ${secret}` },
      payload,
    })
  await post({ type: 'succeeded', service: 'shop', run: '1', version: '1.4.3', at: '2026-11-23T12:12:00Z' })
  await post({ type: 'started', service: 'unknown <b>', run: '2' })
  await post({ type: 'ping' })
  const viewer = await server.signedIn('viewer')
  const { body } = await viewer.get(`/admin/sources/${source.id}`)
  assert.match(body, /Shop 1\.4\.3 succeeded in production/)
  assert.match(body, /unknown &lt;b&gt; started in production<?.*waits for a component/)
  assert.match(body, /the connection works/)
  assert.match(body, /clock is 12 min ahead/)
  const [, delivery] = /\/admin\/deliveries\/(\w+)/.exec(body) ?? []
  const whole = await viewer.get(`/admin/deliveries/${delivery}`)
  assert.equal(whole.statusCode, 200)
  assert.ok(!whole.body.includes(secret))
})

test('the API makes, shows, renames, rotates, disables and lists sources', async () => {
  const server = await startTestApp(await world())
  const headers = { authorization: await server.token('sources:read', 'sources:write') }
  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    server.inject({ method, url, headers, ...(payload && { payload }) })
  const made = await call('POST', '/api/v1/sources', { name: 'GitHub', kind: 'github' })
  assert.equal(made.statusCode, 201, made.body)
  const { id, secret, address } = made.json()
  assert.match(secret, /^[\w-]{43}$/)
  assert.equal(address, `http://localhost:8080/hooks/${id}`)
  const at = `/api/v1/sources/${id}`
  const shown = await call('GET', at)
  assert.ok(!shown.body.includes(secret))
  assert.equal((await call('PATCH', at, { name: 'Hub', disabled: true })).json().name, 'Hub')
  assert.equal((await call('PATCH', at, { name: 'Late', version: 1 })).statusCode, 409)
  const rotated = await call('POST', `${at}/rotation`, { overlap_hours: 0 })
  assert.equal(rotated.statusCode, 201)
  assert.notEqual(rotated.json().secret, secret)
  assert.equal((await call('POST', `${at}/rotation`)).statusCode, 201, 'a rotation needs no body')
  assert.equal((await call('POST', '/api/v1/sources', { name: '', kind: 'x' })).statusCode, 422)
  const page = (await call('GET', '/api/v1/sources?limit=2')).json()
  assert.deepEqual([page.data.length, typeof page.next_cursor], [2, 'string'])
  const rest = (await call('GET', `/api/v1/sources?limit=2&cursor=${page.next_cursor}`)).json()
  assert.deepEqual([rest.data.length, rest.next_cursor], [1, null])
  assert.equal((await call('GET', `${at}/rules`)).json().data.length, 0)
  assert.equal((await call('DELETE', `${at}/rules/none`)).statusCode, 404)
})

test('where the tool shows its secret only once it has the address, the source is made first', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  const made = await admin.post('/admin/sources', { name: 'Vercel, acme', kind: 'vercel' })
  assert.equal(made.statusCode, 303)
  const address = String(made.headers.location)
  const page = (await admin.get(address)).body
  assert.match(page, /There is none yet/)
  assert.doesNotMatch(page, /is not shown again/)
  const hook = { method: 'POST' as const, url: address.replace('/admin/sources', '/hooks'), payload: '{}' }
  assert.equal((await server.app.inject(hook)).statusCode, 401)

  const empty = await admin.post(`${address}/rotation`, { secret: '' })
  assert.equal(empty.statusCode, 422)
  assert.match(empty.body, /Paste the secret that the tool shows/)
  assert.equal((await admin.post(`${address}/rotation`, { secret: 'made-by-vercel' })).statusCode, 303)
  const headers = {
    'content-type': 'application/json',
    'x-vercel-signature': createHmac('sha1', 'made-by-vercel').update('{}').digest('hex'),
  }
  assert.equal((await server.app.inject({ ...hook, headers })).statusCode, 202)
})

test('the command that a source’s page shows works when it is pasted', async () => {
  const ship = await world()
  ship.at(new Date().toISOString()) // a shell signs its own time
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Shop' })
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' })

  const shell = promisify(execFile)
  try {
    for (const { kind } of sourceKinds) {
      const adapter = adapterFor(kind)
      const settings = exampleSettings(kind)
      const pasted = adapter?.pasted === 'must' ? 'pasted-from-the-tool' : ''
      const { source, secret } = await createSource(ship, { name: kind, kind, settings, secret: pasted })
      const address = `${origin}/hooks/${source.id}`
      const setup = adapter?.setup({ address, origin, secret: secret || pasted, settings })
      assert.ok(setup && setup.steps.length > 1, kind)
      if (!setup.curl) continue
      const { stdout } = await shell('bash', ['-c', setup.curl])
      // some tools are answered in their own way
      if (!adapter?.answer) assert.match(JSON.parse(stdout).delivery, /^[a-z0-9]{12}$/, kind)
      const kept = ship.db.selectFrom('deliveries').select('state').where('source_id', '=', source.id)
      const [{ state } = { state: stdout }, ...others] = await kept.execute()
      assert.deepEqual([state !== 'invalid', others.length], [true, 0], `${kind}: ${state}`)
    }
  } finally {
    await server.app.close()
  }
})

test('a new secret is shown to nobody but whom it was made for, even with the cookie that carried it', async () => {
  const server = await startTestApp(await world())
  const [maker, other] = [await server.signedIn('admin'), await server.signedIn('viewer')]
  const made = await maker.post('/admin/sources', { name: 'Script', kind: 'native' })
  const [carried] = made.cookies.filter(({ name }) => name === 'shiplog-secret')
  const address = String(made.headers.location)
  const own = await other.get('/admin/account')
  assert.equal(own.statusCode, 200)
  const cookie = `${other.cookies()}; shiplog-secret=${carried?.value}`
  const shown = await server.inject({ url: address, headers: { cookie } })
  assert.equal(shown.statusCode, 200)
  assert.doesNotMatch(shown.body, /slk_[\w-]{20}/)
  assert.match((await maker.get(address)).body, /slk_[\w-]{20}/)
  assert.doesNotMatch((await maker.get(address)).body, /slk_[\w-]{20}/)
})

test('behind https, the cookie that carries a new secret is for https only', async () => {
  const server = await startTestApp(await world(), { home: 'https://status.example.com' })
  const admin = await server.signedIn('admin')
  const made = await admin.post('/admin/sources', { name: 'Script', kind: 'native' })
  const carried = made.cookies.find(({ name }) => name === 'shiplog-secret')
  assert.equal(carried?.secure, true)
  assert.equal(carried?.path, made.headers.location)
})

test('behind its public address the page does not warn that only this machine reaches it', async () => {
  const ship = await world()
  const server = await startTestApp(ship, { home: 'https://status.example.com' })
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const admin = await server.signedIn('admin')
  const { body } = await admin.get(`/admin/sources/${source.id}`)
  assert.match(body, /https:\/\/status\.example\.com\/hooks\//)
  assert.doesNotMatch(body, /Only this machine/)
})
