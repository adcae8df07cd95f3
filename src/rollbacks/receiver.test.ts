import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent, createComponent } from '../components/actions.ts'
import { unseal } from '../platform/seal.ts'
import { startTestApp } from '../testing/http.ts'
import { type World, world } from '../testing/world.ts'
import { removeReceiver, rotateReceiverSecret, setReceiver } from './receiver.ts'
import { receiverOf } from './receiver-store.ts'

const hook = { recipe: 'webhook', url: 'https://deploy.example.com/shiplog' }
const github = {
  recipe: 'github_workflow',
  url: 'https://api.github.com/repos/acme/shop/actions/workflows/rollback.yml/dispatches',
}

test('a signed receiver is given a secret once, which stays when the path changes and not when the host does', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop' })
  const { secret } = await setReceiver(ship, 'shop', hook)
  assert.match(secret ?? '', /^whsec_/)
  const kept = async () => unseal(ship.secret, (await receiverOf(ship, id))?.sealed_secret ?? '')
  assert.equal(await kept(), secret)
  assert.equal((await setReceiver(ship, id, { ...hook, url: `${hook.url}/2` })).secret, null)
  assert.equal(await kept(), secret)
  const moved = await setReceiver(ship, id, { ...hook, url: 'https://elsewhere.example/' })
  assert.notEqual(moved.secret, null)
  assert.notEqual(await kept(), secret)
  const rotated = await rotateReceiverSecret(ship, id)
  assert.equal(await kept(), rotated.secret)
  await removeReceiver(ship, id)
  await removeReceiver(ship, id)
  assert.equal(await receiverOf(ship, id), undefined)
})

test('a token is asked for, kept sealed while the address stays with its host, and asked for again elsewhere', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  await assert.rejects(async () => setReceiver(ship, 'shop', github), /listens only with its access token/)
  const { receiver } = await setReceiver(ship, 'shop', { ...github, token: 'ghp_canary', ref: 'release' })
  assert.ok(!JSON.stringify(receiver).includes('ghp_canary'))
  assert.deepEqual(JSON.parse(receiver.options), { ref: 'release' })
  const again = await setReceiver(ship, 'shop', { ...github, ref: '' })
  assert.equal(unseal(ship.secret, again.receiver.sealed_token ?? ''), 'ghp_canary')
  assert.deepEqual(JSON.parse(again.receiver.options), { ref: 'main' })
  const elsewhere = { ...github, url: github.url.replace('api.github.com', 'github.evil.example') }
  await assert.rejects(async () => setReceiver(ship, 'shop', elsewhere), /listens only with/)
})

test('what is no address of the tool, an archived component and an overtaken form are refused', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop' })
  const wrong: [object, RegExp][] = [
    [{ ...hook, url: 'ftp://deploy.example.com/' }, /http:\/\/ or https:\/\//],
    [{ ...hook, url: 'deploy.example.com' }, /http:\/\/ or https:\/\//],
    [{ ...hook, url: 'https://ada:secret@deploy.example.com/' }, /no user and password/],
    [{ ...github, url: 'https://github.com/acme/shop', token: 'x' }, /It looks like/],
    [{ ...github, token: 'ghp_1\r\nx-evil: 1' }, /no token has/],
    [{ ...github, token: 'ghp_1…' }, /no token has/],
  ]
  for (const [input, words] of wrong) {
    await assert.rejects(async () => setReceiver(ship, 'shop', input as typeof hook), words)
  }
  assert.throws(() => setReceiver(ship, 'shop', { ...hook, recipe: 'pigeon' }), { name: 'ZodError' })
  await setReceiver(ship, 'shop', { ...hook, version: 0 })
  await assert.rejects(async () => setReceiver(ship, 'shop', { ...hook, version: 0 }), { code: 'stale' })
  await archiveComponent(ship, id)
  await assert.rejects(async () => setReceiver(ship, 'shop', hook), /archived/)
  await assert.rejects(async () => setReceiver(ship, 'moon', hook), { code: 'not-found' })
})

test('by API an admin’s token names the receiver and reads the secret once; others read no secret at all', async () => {
  const ship = await world()
  await createComponent(ship, { name: 'Shop' })
  const server = await startTestApp(ship)
  const address = '/api/v1/components/shop/rollback-receiver'
  const as = async (
    scope: 'admin' | 'components:write',
    method: 'GET' | 'PUT' | 'DELETE',
    payload?: object,
  ) => {
    const headers = { authorization: await server.token(scope) }
    return server.inject({ method, url: address, headers, ...(payload && { payload }) })
  }
  assert.equal((await as('components:write', 'GET')).statusCode, 404)
  assert.equal((await as('components:write', 'PUT', hook)).statusCode, 403)
  const made = await as('admin', 'PUT', hook)
  assert.equal(made.statusCode, 200, made.body)
  assert.match(made.json().secret, /^whsec_/)
  const read = await as('components:write', 'GET')
  assert.deepEqual([read.json().url, read.json().is_signed], [hook.url, true])
  assert.doesNotMatch(read.body, /whsec_/)
  assert.equal((await as('admin', 'DELETE')).statusCode, 204)
  assert.deepEqual(await journalWords(ship), ['rollback.receiver_set', 'rollback.receiver_removed'])
})

test('what stands behind the question mark of an address is shown to nobody but who may set it', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop' })
  await setReceiver(ship, 'shop', { ...hook, url: `${hook.url}?key=canary` })
  const server = await startTestApp(ship)
  const page = async (role: 'editor' | 'admin') =>
    (await (await server.signedIn(role)).get(`/admin/components/${id}/way-back`)).body
  const headers = { authorization: await server.token('components:read') }
  const read = (await server.inject({ url: '/api/v1/components/shop/rollback-receiver', headers })).body
  for (const text of [await page('editor'), read]) {
    assert.ok(text.includes(`${hook.url}?…`))
    assert.doesNotMatch(text, /canary/)
  }
  assert.match(await page('editor'), /An admin names who is asked/)
  assert.match(await page('admin'), /value="https:\/\/deploy\.example\.com\/shiplog\?key=canary"/)
})

async function journalWords({ db }: World) {
  const lines = await db.selectFrom('journal').select('action').orderBy('id').execute()
  return lines.map(({ action }) => action).filter((action) => action.startsWith('rollback.'))
}
