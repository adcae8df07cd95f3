import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { hookSender } from './receive.ts'

const folder = join(import.meta.dirname, '../sources/adapters/fixtures')
const fixture = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))

async function port(kind: string) {
  const ship = await world()
  const server = await startTestApp(ship)
  const { source, secret } = await createSource(ship, { name: kind, kind })
  const post = (payload: string, { path = '', ...headers }: Record<string, string>) =>
    server.inject({ method: 'POST', url: `/hooks/${source.id}${path}`, payload, headers })
  const kept = () => ship.db.selectFrom('deliveries').select(['state', 'reason', 'body']).execute()
  return { ship, server, source, secret, post, kept }
}

test('a registry is never refused once it is known: what cannot be read is kept, and does not come again', async () => {
  const { secret, post, kept } = await port('registry')
  const authorization = `Bearer ${secret}`
  for (const body of ['{"events":[', '\u0000', '[]', '{"events":[{}]}', '']) {
    const answer = await post(body, { authorization })
    assert.equal(answer.statusCode, 202, `${body} ${answer.body}`)
    assert.equal(answer.json().outcome, 'invalid', body)
  }
  assert.ok((await kept()).every(({ state }) => state === 'invalid'))
  assert.equal((await post('{"events":[', { authorization: 'Bearer slk_wrong' })).statusCode, 401)
})

test('a registry with a wrong token tries for ever, and is one line in the log each minute', async () => {
  const { ship, source } = await port('registry')
  const lines: unknown[] = []
  const log = { ...ship.log, warn: (line: unknown) => lines.push(line) }
  const attempt = async () => {
    const incoming = { headers: {}, body: Buffer.from('{}'), received_at: '', presented: 'slk_wrong' }
    await assert.rejects(hookSender({ ...ship, log: log as never }, source.id, incoming), /valid secret/)
  }
  for (let tries = 0; tries < 5; tries++) await attempt()
  assert.equal(lines.length, 1)
  ship.wait(2)
  await attempt()
  assert.equal(lines.length, 2)
})

test('Docker Hub reports with the secret in its address, and what it offers to be called at is not kept', async () => {
  const { secret, post, kept } = await port('docker_hub')
  const body = JSON.stringify(fixture('docker_hub-push').body)
  assert.match(body, /callback_url/)
  assert.equal((await post(body, {})).statusCode, 401)
  assert.equal((await post(body, { path: '/slk_wrong' })).statusCode, 401)
  assert.equal((await post(body, { path: `/${secret}/more` })).statusCode, 404)
  assert.equal((await post(body, { path: `/${secret}` })).statusCode, 202)
  const [row] = await kept()
  assert.ok(row?.body)
  assert.doesNotMatch(Buffer.from(row.body).toString(), /callback_url|2141b5bi5i5b02bec211i4eeih0242eg11000a/)
})

test('the page of a source whose secret is in its address shows the whole address while it knows it', async () => {
  const server = await startTestApp(await world())
  const admin = await server.signedIn('admin')
  const made = await admin.post('/admin/sources', { name: 'Hub', kind: 'docker_hub' })
  const at = String(made.headers.location)
  const addressOn = (body: string) => /aria-label="The address"><code>([^<]+)</.exec(body)?.[1] ?? ''
  assert.match(addressOn((await admin.get(at)).body), /\/hooks\/[a-z0-9]{12}\/slk_[\w-]{43}$/)
  assert.match(addressOn((await admin.get(at)).body), /\/hooks\/[a-z0-9]{12}\/SECRET$/)
})
