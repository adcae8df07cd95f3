import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { shell } from '../testing/shell.ts'
import { visitor } from '../testing/visitor.ts'

/** What no log, answer or file may hold; each by the name that it goes by here. */
type Canaries = Map<string, string>

const password = 'canary-password-a1b2c3'
const secret = 'ca'.repeat(32)
const typed = (name: string) => `c4nary-${name}-${'x'.repeat(20)}`

/** Which canaries stand in a text. */
function seen(canaries: Canaries, text: string): string[] {
  return [...canaries].filter(([, word]) => text.includes(word)).map(([name]) => name)
}

/** A tool that refuses, and says back whatever it was sent. */
async function echo(t: TestContext) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    response.writeHead(500).end(JSON.stringify({ ...request.headers, body }))
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Visitor = ReturnType<typeof visitor>

/** Signs in, wrongly too, and turns on the second step; everything that is shown once is a canary. */
async function comesIn({ ask, post, cookies }: Visitor, canaries: Canaries) {
  canaries.set('password', password).set('wrong password', typed('wrong'))
  await ask('/login')
  await post('/login', { email: 'ada@example.com', password: typed('wrong') })
  assert.equal((await post('/login', { email: 'ada@example.com', password })).status, 303)
  canaries.set('session', cookies.get('shiplog') ?? '')
  await ask('/admin/account/second-step')
  await post('/admin/account/second-step', { current_password: typed('wrong') })
  await post('/admin/account/second-step', { current_password: password })
  const shown = await ask('/admin/account/second-step')
  const [grouped = ''] = /([A-Z2-7]{4} ){7}[A-Z2-7]{4}/.exec(shown.body) ?? []
  const totp = grouped.replaceAll(' ', '')
  canaries.set('second step', grouped).set('second step, whole', totp)
  const code = new TOTP({ secret: Secret.fromBase32(totp) }).generate()
  const codes = await post('/admin/account/second-step/confirmation', { code })
  const [recovery = ''] = /([a-z2-9]{4}-){3}[a-z2-9]{4}/.exec(codes.body) ?? []
  canaries.set('recovery code', recovery)
  await ask('/admin/people')
  const invited = await post('/admin/people/invitations', { email: 'bea@example.com', role: 'viewer' })
  const [, link = ''] = /\/invitation\/([\w-]+)/.exec(invited.body) ?? []
  canaries.set('invitation', link)
  await ask(`/invitation/${link}`)
  await post(`/invitation/${link}`, { name: '', password: typed('wrong') })
  await ask(`/invitation/${link}x`)
  await ask(`/invitation/${link}/more`)
}

/** Tokens and secrets of machines, used rightly and wrongly. */
async function machines({ ask, json, post }: Visitor, canaries: Canaries, tool: string) {
  await ask('/admin/tokens')
  const made = await post('/admin/tokens', { name: 'all', scopes: 'admin' })
  const [token = ''] = /shl_[\w-]{43}/.exec(made.body) ?? []
  const all = `Bearer ${token}`
  canaries
    .set('token', token)
    .set('wrong token', `shl_${typed('bearer')}`)
    .set('basic', 'YWRhOmM0bmFyeQ')
  await ask(`/api/v1/journal?token=${token}&access_token=${token}`)
  await ask(`/${token}/nowhere`)
  await json('GET', '/api/v1/journal', `Bearer shl_${typed('bearer')}`)
  await json('GET', '/api/v1/journal', 'Basic YWRhOmM0bmFyeQ==')
  for (const kind of ['github', 'native']) {
    const { body } = await json('POST', '/api/v1/sources', all, { name: `A ${kind}`, kind })
    const source = JSON.parse(body)
    if (!source.secret) continue
    canaries.set(`secret of ${kind}`, source.secret)
    const hook = `/hooks/${source.id}`
    await json('POST', hook, `Bearer ${source.secret}`, { wrong: true })
    await ask(hook, { method: 'POST', body: '{', headers: { authorization: `Bearer ${source.secret}` } })
    await json('POST', '/api/v1/events', `Bearer ${source.secret}`, { type: 'release.started' })
  }
  await rollsBack({ json }, all, canaries, tool)
  return all
}

/** A receiver with a token, that is asked and says it back. */
async function rollsBack({ json }: Pick<Visitor, 'json'>, all: string, canaries: Canaries, tool: string) {
  canaries.set('receiver token', typed('receiver')).set('receiver query', typed('query'))
  await json('POST', '/api/v1/components', all, { name: 'Shop' })
  for (const version of ['1', '2']) {
    const event = { type: 'release.succeeded', service: 'shop', run: version, version }
    await json('POST', '/api/v1/events', all, event)
  }
  const path = '/api/v1/components/shop/rollback-receiver'
  const url = `${tool}/repos/acme/shop/dispatches`
  await json('PUT', path, all, { recipe: 'github_dispatch', url: 'nonsense', token: typed('receiver') })
  await json('PUT', path, all, { recipe: 'github_dispatch', url, token: `${typed('receiver')}\n` })
  const set = await json('PUT', path, all, { recipe: 'github_dispatch', url, token: typed('receiver') })
  assert.equal(set.status, 200, set.body)
  const asked = await json('POST', '/api/v1/rollback-requests', all, {
    component: 'shop',
    reason: 'x',
    despite: true,
  })
  assert.ok(asked.status < 300, asked.body)
  const signed = await json('PUT', path, all, { recipe: 'webhook', url: `${tool}/?key=${typed('query')}` })
  canaries.set('receiver secret', JSON.parse(signed.body).secret)
}

/** Words that would begin a line of their own, or give a terminal orders. */
const order = '\n{"level":60,"msg":"forged"}\r\n\u001b[31m\u009b31m\u2028'

async function forges({ ask, post, json }: Visitor, all: string, port: number) {
  await ask(`/nowhere${encodeURIComponent(order)}`)
  await post('/login', { email: `a${order}@example.com`, password: 'x' })
  await json('POST', '/api/v1/components', all, { name: order, slug: order })
  await json('POST', '/api/v1/events', all, { type: order, service: order })
  await json('GET', `/api/v1/incidents/${encodeURIComponent(order)}`, all)
  const socket = connect(port, '127.0.0.1')
  const over = new Promise((resolve) => socket.on('close', resolve))
  socket.resume()
  for (const line of [
    'GET /api/v1/incidents/\u009b31m\u0085 HTTP/1.1',
    'Host: a',
    'User-Agent: \u001b[31m',
    'Connection: close',
  ])
    socket.write(Buffer.from(`${line}\r\n`, 'latin1'))
  socket.end('\r\n')
  await over
}

test('31: no secret that was ever used or made is in a log, an error, the journal, a diagnosis or a file', async (t) => {
  const tool = await echo(t)
  const env = {
    SHIPLOG_SECRET: secret,
    SHIPLOG_ADMIN_EMAIL: 'ada@example.com',
    SHIPLOG_ADMIN_PASSWORD: password,
  }
  const set = { ...env, SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1', SHIPLOG_LOG_LEVEL: 'debug' }
  const { serving, spawned, folder } = shell(t, set)
  const server = await serving(['serve'])
  const canaries: Canaries = new Map([['SHIPLOG_SECRET', secret]])
  const ada = visitor(server.address)
  await comesIn(ada, canaries)
  const all = await machines(ada, canaries, tool)
  await forges(ada, all, Number(server.port))
  assert.deepEqual(
    [...canaries].filter(([, word]) => word.length < 12),
    [],
    'a canary is missing',
  )

  const later: string[] = []
  const look = async (path: string) => later.push((await ada.json('GET', path, all)).body)
  for (const path of [
    'journal?limit=100',
    'journal.csv',
    'journal.jsonl',
    'tokens',
    'sources',
    'calls?limit=100',
  ])
    await look(`/api/v1/${path}`)
  const calls = JSON.parse(later.at(-1) ?? '{}').data as { id: string }[]
  assert.ok(calls.length > 0)
  for (const { id } of calls) later.push((await ada.ask(`/admin/calls/${id}`)).body)
  for (const { id } of calls) await look(`/api/v1/calls/${id}`)
  for (const path of ['/metrics', '/readyz', '/openapi.json', '/api/v1/components/shop/rollback-receiver'])
    await look(path)
  for (const path of ['/admin/people', '/admin/tokens', '/admin/sources', '/admin/account', '/admin/journal'])
    later.push((await ada.ask(path)).body)
  const doctor = await spawned(['doctor', '--json'], { PORT: server.port })

  // what fails for want of a store is logged with its fault
  const files = globSync('{shiplog.db*,pages/*}', { cwd: folder })
    .filter((name) => !name.endsWith('.draft')) // it becomes a page while it is looked for
    .map((name) => readFileSync(join(folder, name), 'latin1'))
  writeFileSync(join(folder, 'shiplog.db'), 'nonsense '.repeat(4000))
  writeFileSync(join(folder, 'shiplog.db-wal'), 'nonsense '.repeat(4000))
  const from = ada.told.length
  await ada.post('/login', { email: 'ada@example.com', password })
  await ada.json('GET', '/api/v1/tokens', all)
  for (const { body } of ada.told.slice(from)) later.push(body)
  await server.stop()

  // the form behind an invitation is posted to its own address, which whoever reads it came by
  const refused = ada.told
    .filter(({ status, path }) => status >= 400 && !path.startsWith('/invitation/'))
    .map(({ body }) => body)
  const { out, err } = server.said()
  // an address is kept as it was typed, and never shown beyond its question mark
  const places = { out, err, later: later.join('\n'), refused: refused.join('\n'), files: files.join('\n') }
  for (const [place, text] of Object.entries({ ...places, doctor: doctor.out + doctor.err }))
    assert.deepEqual(seen(canaries, text), place === 'files' ? ['receiver query'] : [], place)
  // that they were looked for rightly: what is shown once was shown
  const once = ada.told.map(({ body }) => body).join('\n')
  for (const name of [
    'second step',
    'recovery code',
    'invitation',
    'token',
    'secret of github',
    'receiver secret',
  ])
    assert.ok(seen(canaries, once).includes(name), name)

  const lines = err.split('\n').filter((line) => line.startsWith('{'))
  assert.ok(lines.length > 10, err)
  for (const line of lines) assert.notEqual(JSON.parse(line).msg, 'forged')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  assert.doesNotMatch(err.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u2028]/)
})
