import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { world } from '../testing/world.ts'
import { changeSource, createSource, mapService, readSecrets, removeRule, rotateSecret } from './actions.ts'
import { placesOf, rulesOf } from './rules-store.ts'
import { sha256 } from './signatures.ts'
import { listSources, sourceBySecretHash } from './store.ts'

test('sources, their secrets and their rules are kept alike', async () => {
  const ship = await world()
  const { source, secret } = await createSource(ship, { kind: 'native', name: 'CI' })
  assert.equal((await sourceBySecretHash(ship, sha256(secret)))?.id, source.id)
  const turned = await rotateSecret(ship, source.id, { overlap_hours: 1 })
  assert.deepEqual(
    (await readSecrets(ship, source.id)).sort(),
    [sha256(secret), sha256(turned.secret)].sort(),
  )
  ship.wait(61)
  assert.deepEqual(await readSecrets(ship, source.id), [sha256(turned.secret)])

  const [shop, search] = [
    await createComponent(ship, { name: 'Shop' }),
    await createComponent(ship, { name: 'Search' }),
  ]
  const means = async (service: string) =>
    (await placesOf(ship, source.id)({ service, environment: 'production' }))?.component_id ?? null
  assert.deepEqual([await means('acme/shop'), await means('web')], [shop.id, null])
  await mapService(ship, source.id, { service: 'web', component: 'shop' })
  await mapService(ship, source.id, { service: 'web', component: 'search' })
  assert.equal(await means('web'), search.id)
  const [rule] = await rulesOf(ship, source.id)
  await removeRule(ship, source.id, rule?.id ?? '')
  await assert.rejects(removeRule(ship, source.id, rule?.id ?? ''), { code: 'not-found' })

  await changeSource(ship, source.id, { name: 'Build', disabled: true, version: 1 })
  assert.equal(await sourceBySecretHash(ship, sha256(turned.secret)), undefined)
  assert.deepEqual((await listSources(ship)).map(({ name }) => name).sort(), ['API', 'Build', 'By hand'])
})
