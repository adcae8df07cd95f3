import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import { createComponent } from '../components/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { createSource, mapService, rotateSecret } from './actions.ts'
import { sourceKinds } from './adapters/index.ts'

test('a new source’s page waits for the first delivery, and tells the last one and the last error', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const viewer = await server.signedIn('viewer')
  const page = async () => (await viewer.get(`/admin/sources/${source.id}`)).body
  const fresh = await page()
  assert.match(fresh, /id="heard" data-follow[\s\S]*Waiting for the first delivery/)
  assert.match(fresh, /<noscript><p><a href="\/admin\/sources\/\w+#heard">Look again/)
  assert.match(fresh, /Last delivery<\/dt><dd>none yet[\s\S]*Last error<\/dt><dd class="wrap-anywhere">none/)
  assert.match(fresh, /Send a test/)

  const knock = (signature: string) =>
    server.inject({
      method: 'POST',
      url: `/hooks/${source.id}`,
      payload: '{}',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'ping',
        'x-hub-signature-256': signature,
      },
    })
  assert.equal((await knock(await sign('wrong', '{}'))).statusCode, 401)
  const troubled = await page()
  assert.match(troubled, /Waiting for the first[\s\S]*Last error[\s\S]*without a valid secret/)
  assert.match(troubled, /Something is wrong[\s\S]*rotate the secret, and put the new one there/)
  ship.wait(1)
  assert.equal((await knock(await sign(secret, '{}'))).statusCode, 200)
  const heard = await page()
  assert.doesNotMatch(heard, /Waiting for the first|data-follow|follow\.\w+\.js/)
  assert.match(heard, /Last error[\s\S]*without a valid secret/, 'it is told after it is over, too')
  assert.doesNotMatch(heard, /Something is wrong|Replay/)
})

test('of two valid secrets the page tells both, and of one that one is valid', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const admin = await server.signedIn('admin')
  const page = async () => (await admin.get(`/admin/sources/${source.id}`)).body
  assert.match(await page(), /One secret is valid, made/)
  ship.wait(1)
  await rotateSecret(ship, source.id, { overlap_hours: 24 })
  assert.match(await page(), /The new one, made[\s\S]*The old one, made[\s\S]*, ends/)
  ship.wait(24 * 60)
  const next = await server.signedIn('admin')
  assert.match((await next.get(`/admin/sources/${source.id}`)).body, /One secret is valid, made/)
})

test('the newest hundred deliveries stand there, the first ten in sight, each where it went', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  await createComponent(ship, { name: 'Shop' })
  await mapService(ship, source.id, {
    service: 'web-*',
    component: 'shop',
    becomes_environment: 'production',
  })
  const headers = { authorization: `Bearer ${secret}` }
  for (let run = 0; run < 101; run++) {
    const type = run % 100 === 0 ? 'started' : 'ping' // pings cost less
    const payload = { type, service: 'web-1', run: `r${run}`, version: `1.${run}`, environment: 'live' }
    await server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })
  }
  const editor = await server.signedIn('editor')
  const { body } = await editor.get(`/admin/sources/${source.id}`)
  assert.equal(body.match(/formaction="\/admin\/deliveries/g)?.length, 100)
  assert.match(body, /<summary>90 older<\/summary>/)
  assert.match(body, /Shop 1\.100 started in production/)
  assert.doesNotMatch(body, /Shop 1\.0 started/)
})

test('every kind can be chosen without a script', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  const { body } = await admin.get('/admin/sources/new')
  for (const { kind } of sourceKinds) assert.ok(body.includes(`href="/admin/sources/new?kind=${kind}"`), kind)
  assert.match(body, /hidden><div class="field"><label for="find-kind">/)
})

test('a kit is shown the address that it posts to, and a push of what nobody knows says so', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  const admin = await server.signedIn('admin')
  const kit = await createSource(ship, { name: 'Capistrano', kind: 'capistrano' })
  const kitPage = (await admin.get(`/admin/sources/${kit.source.id}`)).body
  assert.match(kitPage, /aria-label="The address"><code>[^<]*\/api\/v1\/events</)

  const hub = await createSource(ship, { name: 'Docker Hub', kind: 'docker_hub' })
  const push_data = { pushed_at: Math.floor(ship.now().getTime() / 1000), tag: '1.0' }
  const payload = { push_data, repository: { repo_name: 'acme/try' } }
  await server.inject({ method: 'POST', url: `/hooks/${hub.source.id}/${hub.secret}`, payload })
  const hubPage = (await admin.get(`/admin/sources/${hub.source.id}`)).body
  assert.match(hubPage, /acme\/try 1\.0 is available, and no component is called so/)
  assert.doesNotMatch(hubPage, /is available in/, 'an image is in no environment')
})
