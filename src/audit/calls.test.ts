import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queueCall, stopCall } from '../outbound/actions.ts'
import type { Answer, Client } from '../outbound/client.ts'
import { pauseCalls, pauseOf } from '../outbound/pause.ts'
import { sendDue } from '../outbound/sending.ts'
import { newSigningSecret } from '../outbound/sign.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

const secret = newSigningSecret()
const ok: Answer = { status: 202, headers: {}, body_excerpt: '<b>taken</b>' }
const broken: Answer = { status: 500, headers: {}, body_excerpt: 'stack of the receiver' }
const answering = (answer: Answer): Client => ({ send: async () => answer, head: async () => answer })

async function office() {
  const ship = await world()
  const server = await startTestApp(ship)
  const queue = (url = 'https://deploy.example/hook?token=in-the-query') =>
    queueCall(ship, {
      purpose: 'rollback.requested',
      subject: ['incident', 'incident1234'],
      url,
      body: '{"reason":"<script>alert(1)</script>"}',
      headers: { 'x-token': 'canary-token' },
      secret,
      schedule: 'urgent',
    })
  return { ship, server, queue }
}

test('the log says who was called about what, and what came of it', async () => {
  const { ship, server, queue } = await office()
  const viewer = await server.signedIn('viewer')
  assert.match((await viewer.get('/admin/calls')).body, /Nobody was called yet/)
  await queue()
  await sendDue(ship, answering(ok))
  await queue('https://broken.example/')
  await sendDue(ship, answering(broken))
  const gone = await queue('https://gone.example/')
  await sendDue(ship, answering({ status: 410, headers: {}, body_excerpt: '' }))
  const { body } = await viewer.get('/admin/calls')
  assert.match(body, /Rollback asked for/)
  assert.match(body, /href="\/admin\/incidents\/incident1234">incident</)
  assert.match(body, /deploy\.example[\s\S]*Delivered/)
  assert.match(body, /Waits for its next try[\s\S]*12:00/)
  const failed = (await viewer.get('/admin/calls?state=failed')).body
  assert.match(failed, new RegExp(`/admin/calls/${gone}"[\\s\\S]*gone for good`))
  assert.doesNotMatch(failed, /deploy\.example|broken\.example/)
  assert.match((await viewer.get('/admin/calls?subject_id=other')).body, /Nothing fits/)
})

test('the page of a call shows each try, escaped, and no token to anybody', async () => {
  const { ship, server, queue } = await office()
  const id = await queue()
  await sendDue(ship, answering(broken))
  ship.wait(1)
  await sendDue(ship, answering(ok))
  const editor = await server.signedIn('editor')
  const { body } = await editor.get(`/admin/calls/${id}`)
  assert.match(body, /Answer 500[\s\S]*The receiver is broken \(500\)\.[\s\S]*stack of the receiver/)
  assert.match(body, /Answer 202[\s\S]*&lt;b&gt;taken&lt;\/b&gt;/)
  assert.match(body, /&lt;script&gt;alert\(1\)/)
  assert.match(body, /POST https:\/\/deploy\.example\/hook\?…/)
  assert.match(body, /x-token <span class="quiet">\(values are never shown\)/)
  const api = { authorization: await server.token('journal:read') }
  const whole = await server.inject({ url: `/api/v1/calls/${id}`, headers: api })
  const list = await server.inject({ url: '/api/v1/calls', headers: api })
  for (const text of [body, whole.body, list.body]) {
    for (const canary of ['canary-token', secret, 'in-the-query', '<b>taken', '<script>alert'])
      if (text === body || !canary.startsWith('<')) assert.ok(!text.includes(canary), canary)
  }
  const viewer = await server.signedIn('viewer')
  const seen = (await viewer.get(`/admin/calls/${id}`)).body
  assert.match(seen, /The receiver is broken/)
  assert.doesNotMatch(seen, /stack of the receiver|alert\(1\)|Send again/)
  assert.equal((await viewer.get('/admin/calls/nothing')).statusCode, 404)
})

test('an editor sends a call again, or stops it, and the journal tells', async () => {
  const { ship, server, queue } = await office()
  const id = await queue()
  const editor = await server.signedIn('editor')
  assert.match((await editor.get(`/admin/calls/${id}`)).body, /Stop trying/)
  const early = await editor.post(`/admin/calls/${id}/replays`)
  assert.equal(early.statusCode, 409)
  assert.match(early.body, /still being tried/)
  await editor.post(`/admin/calls/${id}/stops`)
  const stopped = (await editor.get(`/admin/calls/${id}`)).body
  assert.match(stopped, /Stopped by editor\.[\s\S]*Send again/)
  const again = await editor.post(`/admin/calls/${id}/replays`)
  assert.match(String(again.headers.location), /^\/admin\/calls\/\w+$/)
  const fresh = (await editor.get(String(again.headers.location))).body
  assert.match(fresh, new RegExp(`href="/admin/calls/${id}">sent again from an earlier call`))
  assert.equal(await sendDue(ship, answering(ok)), 1)
  const journal = (await editor.get('/admin/journal')).body
  assert.match(journal, /sent a call to deploy\.example again/)
  assert.match(journal, /stopped a call to deploy\.example/)
  assert.doesNotMatch(journal, /in-the-query|canary-token/)
  for (const verb of ['replays', 'stops']) {
    const viewer = await server.signedIn('viewer')
    assert.equal((await viewer.post(`/admin/calls/${id}/${verb}`)).statusCode, 403)
  }
})

test('a token does the same, and only with its scope', async () => {
  const { ship, server, queue } = await office()
  const id = await queue()
  const write = { authorization: await server.token('releases:write') }
  const read = { authorization: await server.token('journal:read') }
  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string> = write,
    payload?: object,
  ) => {
    const answer = await server.inject({ method, url: `/api/v1/calls${path}`, headers, payload })
    return { status: answer.statusCode, ...answer.json() }
  }
  assert.equal((await ask('POST', `/${id}/stop`, read)).status, 403)
  assert.equal((await ask('POST', `/${id}/replay`)).status, 409)
  const stopped = await ask('POST', `/${id}/stop`, write, { why: 'Wrong component.' })
  assert.deepEqual([stopped.status, stopped.state, stopped.failure], [200, 'failed', 'Wrong component.'])
  assert.equal((await ask('POST', `/${id}/stop`)).failure, 'Wrong component.')
  const key = { ...write, 'idempotency-key': 'one' }
  const [first, second] = [await ask('POST', `/${id}/replay`, key), await ask('POST', `/${id}/replay`, key)]
  assert.deepEqual([first.status, first.replays_call_id, first.state], [201, id, 'waiting'])
  assert.equal(second.id, first.id)
  await sendDue(ship, answering(ok))
  const whole = await ask('GET', `/${first.id}`, read)
  assert.deepEqual([whole.state, whole.tries[0].status, whole.header_names], ['delivered', 202, ['x-token']])
  assert.equal(await stopCall(ship, first.id, 'Too late.'), false)
  const page = await ask('GET', '?limit=1', read)
  assert.equal(page.data[0].id, first.id)
  assert.equal((await ask('GET', `?limit=1&cursor=${page.next_cursor}`, read)).data[0].id, id)
  assert.equal((await ask('GET', '/nothing', read)).status, 404)
})

test('a token pauses and resumes, and only with its scope', async () => {
  const { ship, server, queue } = await office()
  const write = { authorization: await server.token('releases:write') }
  const read = { authorization: await server.token('journal:read') }
  const ask = async (method: 'GET' | 'PUT' | 'POST', what: string, headers: object, payload?: object) => {
    const given = payload ? { payload } : {}
    return (
      await server.inject({ method, url: `/api/v1/calls/${what}`, headers: { ...headers }, ...given })
    ).json()
  }
  assert.equal((await ask('GET', 'pause', read)).paused, false)
  assert.equal((await ask('PUT', 'pause', read, { why: 'x' })).status, 403)
  assert.equal((await ask('PUT', 'pause', write, {})).status, 422)
  assert.equal((await ask('PUT', 'pause', write, { why: 'We move.' })).why, 'We move.')
  await queue()
  assert.equal((await ask('GET', 'pause', read)).waiting, 1)
  assert.equal((await ask('POST', 'resume', write, { waiting: 'perhaps' })).status, 422)
  assert.deepEqual(await ask('POST', 'resume', write, { waiting: 'send' }), { sent: 1, dropped: 0 })
  assert.equal((await ask('POST', 'resume', write, { waiting: 'send' })).status, 409)
  assert.equal(await sendDue(ship, answering(ok)), 1)
})

test('a pause is said on every operators’ page, and one button ends it', async () => {
  const { ship, server, queue } = await office()
  await queue()
  await pauseCalls(ship, 'The data was restored.')
  const [viewer, editor] = [await server.signedIn('viewer'), await server.signedIn('editor')]
  for (const path of ['/admin', '/admin/incidents', '/admin/calls', '/admin/account']) {
    const { body } = await editor.get(path)
    assert.match(body, /Calls to others are paused/, path)
    assert.match(body, /The data was restored\..*One call waits/s, path)
    assert.match(body, /Resume, and drop what waits/, path)
  }
  assert.doesNotMatch((await viewer.get('/admin')).body, /Resume, and/)
  assert.doesNotMatch((await server.app.inject('/')).body, /paused/)
  assert.equal((await viewer.post('/admin/calls/resumptions', { what: 'send' })).statusCode, 403)
  await editor.post('/admin/calls/resumptions', { what: 'guess' })
  assert.ok(await pauseOf(ship))
  assert.equal((await editor.post('/admin/calls/resumptions', { what: 'drop' })).statusCode, 303)
  assert.equal(await pauseOf(ship), null)
  assert.equal(await sendDue(ship, answering(ok)), 0)
  assert.doesNotMatch((await editor.get('/admin')).body, /are paused/)
  assert.equal((await editor.post('/admin/calls/resumptions', { what: 'drop' })).statusCode, 303)
})
