import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildApp } from '../app.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'

const home = 'https://status.example'
type Guess = { took: number; said: unknown[] }

const right = { email: 'viewer1@example.com', password: 'correct horse battery' }

test('behind https the session’s cookie is bound to this very host, and no script and no other site has it', async () => {
  const server = await startTestApp(await world(), { home })
  await server.signedIn('viewer')
  const browser = server.newBrowser()
  await browser.get('/login')
  const answer = await browser.post('/login', right, { origin: home })
  assert.equal(answer.statusCode, 303)
  const cookie = [answer.headers['set-cookie']].flat().find((one) => one?.startsWith('__Host-shiplog='))
  for (const part of [/; Path=\/(;|$)/, /; HttpOnly/, /; Secure/, /; SameSite=Lax/])
    assert.match(cookie ?? '', part)
  assert.doesNotMatch(cookie ?? '', /domain/i)
  assert.match(String(answer.headers['strict-transport-security']), /max-age=31536000/)
})

test('a cookie that a sibling domain tossed here opens nothing, also when it stands first', async () => {
  const server = await startTestApp(await world(), { home })
  const viewer = await server.signedIn('viewer')
  const session = /__Host-shiplog=([^;]+)/.exec(viewer.cookies())?.[1] ?? ''
  const ask = async (cookie: string) =>
    (await server.inject({ url: '/admin', headers: { cookie } })).statusCode
  assert.equal(await ask(`__Host-shiplog=${session}`), 200)
  for (const name of ['shiplog', '__host-shiplog', '__Secure-shiplog', 'session', '%5f_Host-shiplog']) {
    assert.equal(await ask(`${name}=${session}`), 303, name)
  }
  for (const bad of [
    '',
    'x',
    session.slice(0, -1),
    `${session}x`,
    session.toUpperCase(),
    `${session}%00`,
    '../../x',
  ]) {
    assert.equal(await ask(`__Host-shiplog=${bad}`), 303, bad)
  }
})

test('an unknown person takes as long as a wrong password: both cost one hash, and say the same', async () => {
  const ship = await world()
  const server = await startTestApp(ship)
  await server.signedIn('viewer')
  const guess = async (email: string, from: number) => {
    const browser = server.newBrowser(`203.0.113.${from}`)
    await browser.get('/login')
    const began = process.cpuUsage()
    const answer = await browser.post('/login', { email, password: 'not this one at all' })
    const { user, system } = process.cpuUsage(began)
    const text = answer.body.replaceAll(email, 'E').replaceAll(/value="[^"]*"/g, '')
    return { took: (user + system) / 1000, said: [answer.statusCode, text] }
  }
  const rounds: [Guess, Guess][] = []
  for (let at = 0; at < 5; at += 1)
    rounds.push([await guess(right.email, at), await guess('nobody@example.com', 50 + at)])
  for (const [known, unknown] of rounds) assert.deepEqual(unknown.said, known.said)
  const median = (which: 0 | 1) => rounds.map((round) => round[which].took).sort((a, b) => a - b)[2] ?? 0
  assert.ok(median(1) > median(0) / 2, `known ${median(0)} ms, unknown ${median(1)} ms of the processor`)
})

test('a password is taken whole: nothing is cut from it, and what is no text or too long is none', async () => {
  const ship = await world()
  const { inject, token } = await startTestApp(ship)
  const authorization = await token('admin')
  const long = `${'x'.repeat(71)}a`
  const { hashPassword, passwordMatches } = await import('../accounts/passwords.ts')
  const hash = await hashPassword(long)
  assert.deepEqual(
    [await passwordMatches(long, hash), await passwordMatches(`${'x'.repeat(71)}b`, hash)],
    [true, false],
  )
  const emoji = await hashPassword('correct 🐴 battery')
  assert.equal(await passwordMatches('correct 🐎 battery', emoji), false)
  const made = await inject({
    method: 'POST',
    url: '/api/v1/invitations',
    headers: { authorization },
    payload: { email: 'eve@x.test', role: 'viewer' },
  })
  const link = new URL(JSON.parse(made.body).url ?? JSON.parse(made.body).link).pathname
  const server = await startTestApp(ship)
  const eve = server.newBrowser()
  await eve.get(link)
  for (const password of ['', 'short', 'x'.repeat(1025), 'correct\0horse battery', '🐴'.repeat(300)]) {
    const { statusCode } = await eve.post(link, { name: 'Eve', password })
    assert.ok([400, 422].includes(statusCode), `${JSON.stringify(password.slice(0, 30))}: ${statusCode}`)
  }
})

test('who is nobody’s proxy is not believed about whom it speaks for, and who is one is', async () => {
  const ship = await world()
  const forwarded = {
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
  }
  const told = async (trusted_proxies: string[], remoteAddress: string) => {
    const app = await buildApp(
      { url: null, trusted_proxies, log_level: 'silent', secret: ship.secret },
      ship as World,
    )
    let ip = ''
    app.addHook('onRequest', async (request) => {
      ip = `${request.ip} ${request.protocol} ${request.host}`
    })
    const { body } = await app.inject({
      url: '/robots.txt',
      remoteAddress,
      headers: { host: 'status.test', ...forwarded },
    })
    return `${ip} ${/\S+\/sitemap.xml/.exec(body)?.[0]}`
  }
  const own = '203.0.113.9 http status.test http://status.test/sitemap.xml'
  assert.equal(await told([], '203.0.113.9'), own)
  assert.equal(await told(['10.0.0.0/8'], '203.0.113.9'), own)
  assert.match(await told(['10.0.0.0/8'], '10.1.1.1'), /^198\.51\.100\.7 https evil\.test/)
})

test('whether it lives is all that the address for it says', async () => {
  const { inject } = await startTestApp(await world())
  assert.deepEqual(JSON.parse((await inject('/livez')).body), { status: 'ok' })
})
