import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { senders } from '../testing/senders.ts'
import { world } from '../testing/world.ts'

const { travis } = senders
const passed = JSON.parse(
  readFileSync(join(import.meta.dirname, '../sources/adapters/fixtures/travis-passed.json'), 'utf8'),
).body as Record<string, unknown>

/** A server that hears the builds of acme/shop, and what Travis itself signs: for whoever builds there. */
async function listening(repositories = 'acme/shop, acme/api') {
  const ship = await world()
  const asked: string[] = []
  const publicText = async (url: string) => {
    asked.push(url)
    return travis?.publicText?.(url) ?? ''
  }
  const server = await startTestApp({ ...ship, publicText })
  await createComponent(ship, { name: 'Shop' })
  const settings = { deploys: 'main, v*', repositories }
  const { source } = await createSource(ship, { name: 'Travis', kind: 'travis', settings })
  const post = (headers: Record<string, string>, payload: Buffer | string) =>
    server.inject({ method: 'POST', url: `/hooks/${source.id}`, headers, payload })
  const signed = async (json: unknown) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = { headers: type, body: Buffer.from(JSON.stringify(json)), path: '' }
    const { headers, body } = (await travis?.signed(sent, '')) ?? sent
    return { headers, body }
  }
  const versions = async () =>
    (await ship.db.selectFrom('releases').select('version').execute()).map(({ version }) => version)
  return { ship, post, signed, asked, versions }
}

test('a build of anybody else’s is not heard, though Travis signed it with the one key that it has', async () => {
  const { post, signed, asked, versions } = await listening()
  const others = [
    { name: 'shop', owner_name: 'evil' },
    { name: 'shop', owner_name: 'acme/shop, evil' },
    { name: 'acme/shop', owner_name: 'evil' },
    { name: 'shop2', owner_name: 'acme' },
    { name: 'shop', owner_name: 'acme/' },
    { name: 'p/shop', owner_name: 'acme/sho' },
    { name: ['shop'], owner_name: 'acme' },
    'acme/shop',
    null,
  ]
  for (const repository of others) {
    const { headers, body } = await signed({ ...passed, repository })
    assert.equal((await post(headers, body)).statusCode, 401, JSON.stringify(repository))
  }
  assert.deepEqual([asked, await versions()], [[], []], 'and nothing is fetched for them')
  const { headers, body } = await signed(passed)
  assert.equal((await post(headers, body)).statusCode, 202)
  assert.equal((await versions()).length, 1)
})

test('all of an owner’s repositories may be named, but not everybody’s', async () => {
  const { post, signed } = await listening('Acme/*')
  const { headers, body } = await signed(passed)
  assert.equal((await post(headers, body)).statusCode, 202)
  for (const repositories of ['*/shop', '*', '*/*', 'shop', '', 'acme/shop, *']) {
    await assert.rejects(listening(repositories), /does not fit/, repositories)
  }
})

test('only what was signed is read, whatever stands beside it in the form', async () => {
  const { post, signed, versions } = await listening()
  const { headers, body } = await signed({ ...passed, type: 'pull_request' })
  const forged = JSON.stringify({ ...passed, id: 666, tag: 'v6.6.6' })
  const around = `{"x":"&${body}&",${forged.slice(1)}`
  for (const form of [
    around,
    `\n ${around}`,
    `payload2=${encodeURIComponent(forged)}&${body}&payload=${encodeURIComponent(forged)}`,
  ]) {
    const answer = await post(headers, form)
    assert.ok([200, 202].includes(answer.statusCode), form.slice(0, 40))
    assert.notEqual(answer.json().outcome, 'accepted')
  }
  assert.deepEqual(await versions(), [])
})
