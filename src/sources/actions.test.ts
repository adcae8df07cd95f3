import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent, createComponent } from '../components/actions.ts'
import { type World, world } from '../testing/world.ts'
import {
  changeSource,
  createSource,
  disableSource,
  enableSource,
  mapService,
  noteError,
  readSecrets,
  removeRule,
  rotateSecret,
} from './actions.ts'
import { slugsOf } from './model.ts'
import { placesOf, rulesOf } from './rules-store.ts'
import { sha256 } from './signatures.ts'
import { sourceById, sourceBySecretHash } from './store.ts'

async function componentFor(ship: World, source_id: string, service: string) {
  const place = await placesOf(ship, source_id)({ service, environment: 'production' })
  return place?.component_id ?? null
}

test('a secret is shown once: a bearer secret is kept as a hash, a signing secret sealed', async () => {
  const ship = await world()
  const script = await createSource(ship, { name: 'Deploy script', kind: 'native' })
  const github = await createSource(ship, { name: 'GitHub', kind: 'github' })
  assert.match(script.secret, /^slk_[\w-]{43}$/)
  assert.match(github.secret, /^[\w-]{43}$/)
  const rows = JSON.stringify(await ship.db.selectFrom('source_secrets').selectAll().execute())
  const journal = JSON.stringify(await ship.db.selectFrom('journal').selectAll().execute())
  for (const secret of [script.secret, github.secret]) {
    assert.ok(!rows.includes(secret) && !journal.includes(secret))
  }
  assert.deepEqual(await readSecrets(ship, github.source.id), [github.secret])
  assert.deepEqual(await readSecrets(ship, script.source.id), [sha256(script.secret)])
  assert.equal((await sourceBySecretHash(ship, sha256(script.secret)))?.id, script.source.id)
})

test('under another SHIPLOG_SECRET a sealed secret is refused in words', async () => {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const other = { ...ship, secret: Buffer.alloc(32, 8) }
  await assert.rejects(readSecrets(other, source.id), { code: 'unavailable', message: /SHIPLOG_SECRET/ })
})

test('a rotation keeps both secrets valid for the overlap, and the old one is dead after', async () => {
  const ship = await world()
  const { source, secret: first } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const { secret: second } = await rotateSecret(ship, source.id, { overlap_hours: 24 })
  assert.deepEqual(await readSecrets(ship, source.id), [second, first])
  ship.wait(24 * 60 - 1)
  assert.deepEqual(await readSecrets(ship, source.id), [second, first])
  ship.wait(1)
  assert.deepEqual(await readSecrets(ship, source.id), [second])
})

test('a rotation without overlap ends the old secret at once, and never lengthens another overlap', async () => {
  const ship = await world()
  const { source, secret: first } = await createSource(ship, { name: 'Script', kind: 'native' })
  await rotateSecret(ship, source.id, { overlap_hours: 1 })
  const { secret: third } = await rotateSecret(ship, source.id, { overlap_hours: 48 })
  ship.wait(61)
  assert.equal(await sourceBySecretHash(ship, sha256(first)), undefined)
  const { secret: last } = await rotateSecret(ship, source.id, { overlap_hours: 0 })
  assert.deepEqual(await readSecrets(ship, source.id), [sha256(last)])
  assert.equal(await sourceBySecretHash(ship, sha256(third)), undefined)
})

test('a disabled source’s secret speaks for nobody until it is enabled again', async () => {
  const ship = await world()
  const { source, secret } = await createSource(ship, { name: 'Script', kind: 'native' })
  await disableSource(ship, source.id)
  await disableSource(ship, source.id)
  assert.equal(await sourceBySecretHash(ship, sha256(secret)), undefined)
  await enableSource(ship, source.id)
  assert.equal((await sourceBySecretHash(ship, sha256(secret)))?.id, source.id)
  const actions = await ship.db.selectFrom('journal').select('action').orderBy('id').execute()
  const words = actions.map(({ action }) => action)
  assert.deepEqual(words, ['source.created', 'source.disabled', 'source.enabled'])
})

test('an edit of an old version is refused and changes nothing', async () => {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  await changeSource(ship, source.id, { name: 'GitHub, shop', version: 1 })
  await changeSource(ship, source.id, { name: 'GitHub, shop' })
  await assert.rejects(changeSource(ship, source.id, { name: 'Other', version: 1 }), { code: 'stale' })
  assert.equal((await sourceById(ship, source.id)).name, 'GitHub, shop')
})

test('a source that never was, and what is built in, are refused', async () => {
  const ship = await world()
  await assert.rejects(rotateSecret(ship, 'nowhere', { overlap_hours: 1 }), { code: 'not-found' })
  await assert.rejects(mapService(ship, 'nowhere', { service: 'a', component: 'b' }), { code: 'not-found' })
})

test('a service is a component by rule, else by slug, else by the last part of its path', async () => {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const checkout = await createComponent(ship, { name: 'Checkout' })
  const search = await createComponent(ship, { name: 'Search' })
  const who = (service: string) => componentFor(ship, source.id, service)

  assert.deepEqual(slugsOf('Acme/Checkout'), ['acme/checkout', 'checkout'])
  for (const service of ['checkout', 'Checkout', 'acme/checkout', 'Other/Checkout']) {
    assert.equal(await who(service), checkout.id, service)
  }
  for (const service of ['check', 'checkout/', 'checkout/api', 'acme-checkout', '']) {
    assert.equal(await who(service), null, service)
  }
  await mapService(ship, source.id, { service: 'other/checkout', component: 'search' })
  assert.equal(await who('other/checkout'), search.id)
  assert.equal(await who('acme/checkout'), checkout.id)
  await mapService(ship, source.id, { service: 'other/checkout', component: checkout.id })
  const [rule, ...more] = await rulesOf(ship, source.id)
  assert.deepEqual(more, [])
  assert.equal(rule?.component_slug, 'checkout')
  await removeRule(ship, source.id, rule?.id ?? '')
  await assert.rejects(removeRule(ship, source.id, rule?.id ?? ''), { code: 'not-found' })
})

test('a rule of one source says nothing about another, and an archived component is matched by no slug', async () => {
  const ship = await world()
  const one = await createSource(ship, { name: 'One', kind: 'github' })
  const two = await createSource(ship, { name: 'Two', kind: 'github' })
  const shop = await createComponent(ship, { name: 'Shop' })
  await mapService(ship, one.source.id, { service: 'frontend', component: shop.id })
  assert.equal(await componentFor(ship, two.source.id, 'frontend'), null)
  await archiveComponent(ship, shop.id)
  assert.equal(await componentFor(ship, two.source.id, 'shop'), null)
})

test('what goes wrong with a source is noted once a minute', async () => {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const note = async (words: string) => noteError(ship, await sourceById(ship, source.id), words)
  await note('Wrong signature.')
  const first = await sourceById(ship, source.id)
  ship.wait(0.5)
  await note('Wrong signature.')
  assert.deepEqual(await sourceById(ship, source.id), first)
  ship.wait(1)
  await note('Wrong signature.')
  assert.notEqual((await sourceById(ship, source.id)).last_error_at, first.last_error_at)
})
