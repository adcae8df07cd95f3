import assert from 'node:assert/strict'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { createComponent } from '../components/actions.ts'
import { openSqlite } from '../platform/database.ts'
import { migrateTo, migrateToLatest } from '../platform/migrate.ts'
import { once, world, worldOn } from '../testing/world.ts'
import { createSource, mapService } from './actions.ts'
import { canMeet, inOrder, isAbout, ruleFor } from './rules.ts'
import { placesOf, rulesOf } from './rules-store.ts'

const rule = (service: string, environment = '*', match = /[*?]/.test(service) ? 'pattern' : 'exact') => ({
  id: `${service} ${environment} ${match}`,
  service,
  environment,
  match,
})

test('exact comes before pattern, then more letters; the environment decides between the same', () => {
  const sorted = [
    rule('acme/shop', 'production'),
    rule('acme/shop', 'prod*'),
    rule('acme/shop', 'p*'),
    rule('acme/shop'),
    rule('zebra'),
    rule('acme/shop-*', 'production'),
    rule('acme/shop-*'),
    rule('acme/*', 'staging'),
    rule('acme/*'),
    rule('acmf/*'),
    rule('*'),
  ]
  const turned = [...sorted].reverse()
  assert.deepEqual(
    turned.sort(inOrder).map(({ id }) => id),
    sorted.map(({ id }) => id),
  )
  const who = (service: string, environment: string) => ruleFor(turned, { service, environment })?.id
  assert.equal(who('acme/shop', 'Production'), 'acme/shop production exact')
  assert.equal(who('acme/shop', 'prod'), 'acme/shop production exact', 'prod means production')
  assert.equal(who('acme/shop', 'prod-eu'), 'acme/shop prod* exact')
  assert.equal(who('ACME/SHOP', 'qa'), 'acme/shop * exact')
  assert.equal(who('acme/shop-web', 'qa'), 'acme/shop-* * pattern')
  assert.equal(who('acme/till', 'staging'), 'acme/* staging pattern')
  assert.equal(who('other', 'staging'), '* * pattern')
  assert.equal(ruleFor([rule('acme/*')], { service: 'other', environment: 'qa' }), null)
})

test('a rule written letter for letter so comes before one that differs in capitals', () => {
  const rules = [rule('Acme/Shop'), rule('acme/shop', 'production'), rule('acme/shop')]
  const who = (service: string) => ruleFor(rules, { service, environment: 'production' })?.id
  assert.equal(who('Acme/Shop'), 'Acme/Shop * exact')
  assert.equal(who('acme/shop'), 'acme/shop production exact')
  assert.equal(who('ACME/shop'), 'acme/shop production exact')
})

test('an exact rule with a star in it is about that name alone', () => {
  const exact = rule('a*b', '*', 'exact')
  assert.ok(isAbout(exact, { service: 'a*b', environment: 'qa' }))
  assert.ok(!isAbout(exact, { service: 'axb', environment: 'qa' }))
  assert.ok(canMeet(exact, rule('a*')) && !canMeet(exact, rule('axb')))
  assert.ok(!canMeet(rule('a*', 'production'), rule('a*', 's*')))
})

test('what a source says finds its component and environment by rule, alike on both stores', async () => {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const shop = await createComponent(ship, { name: 'Shop' })
  const till = await createComponent(ship, { name: 'Till' })
  const map = (service: string, component: string, more = {}) =>
    mapService(ship, source.id, { service, component, ...more })
  const where = (service: string, environment = 'production') =>
    placesOf(ship, source.id)({ service, environment })

  assert.deepEqual(await where('acme/shop'), { component_id: shop.id, environment: null })
  await map('acme/*', 'till', { environment: 'prd*', becomes_environment: 'Prod' })
  assert.deepEqual(await where('ACME/shop', 'prd-eu'), { component_id: till.id, environment: 'production' })
  assert.deepEqual(await where('acme/shop'), { component_id: shop.id, environment: null })
  assert.equal(await where('acme/web'), null)
  await map('Acme/Web', 'shop')
  assert.deepEqual(await where('acme/web', 'prd'), { component_id: shop.id, environment: null })
  await map('*', 'till', { environment: '', becomes_environment: '' })
  assert.equal((await where('anything'))?.component_id, till.id)
  await map('*', 'shop', { match: 'exact' })
  assert.equal((await where('anything'))?.component_id, till.id)
  assert.equal((await where('*'))?.component_id, shop.id)

  await map('acme/*', 'shop', { environment: 'PRD*' })
  const rules = await rulesOf(ship, source.id)
  assert.deepEqual(
    rules.map((one) => [
      one.service,
      one.match,
      one.environment,
      one.component_slug,
      one.becomes_environment,
    ]),
    [
      ['*', 'exact', '*', 'shop', null],
      ['Acme/Web', 'exact', '*', 'shop', null],
      ['acme/*', 'pattern', 'prd*', 'shop', null],
      ['*', 'pattern', '*', 'till', null],
    ],
  )
})

test('a source has at most 200 patterns, and any number of exact rules', async () => {
  const ship = await world()
  const { source } = await createSource(ship, { name: 'GitHub', kind: 'github' })
  await createComponent(ship, { name: 'Shop' })
  const map = (service: string) => mapService(ship, source.id, { service, component: 'shop' })
  for (let at = 0; at < 200; at++) await map(`${at}-*`)
  await assert.rejects(map('one-more-*'), { code: 'conflict' })
  await map('exact')
  await map('7-*')
  assert.equal((await rulesOf(ship, source.id)).length, 201)
})

test('rules of before stay exact ones, in all environments', once, async () => {
  const db = openSqlite(new Sqlite(':memory:'))
  await migrateTo(db, '0030_source_settings')
  // the table of that day, which today's types do not know
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const old = db as unknown as Kysely<any>
  const at = '2026-11-23T12:00:00.000Z'
  const component = { id: 'shop', slug: 'shop', name: 'Shop', description: '', visibility: 'public' }
  const more = { position: 1, started_on: '2026-11-23', version: 1, created_at: at, updated_at: at }
  await old
    .insertInto('components')
    .values({ ...component, ...more })
    .execute()
  for (const service of ['ÄB/Shop', 'a*b']) {
    const rule = { id: service, source_id: 'api', service, component_id: 'shop', created_at: at }
    await old.insertInto('source_rules').values(rule).execute()
  }
  await migrateToLatest(db)
  const where = placesOf(worldOn(db), 'api')
  for (const [service, found] of [
    ['ÄB/Shop', 'shop'],
    ['a*b', 'shop'],
    ['axb', undefined],
  ]) {
    assert.equal((await where({ service: service ?? '', environment: 'qa' }))?.component_id, found)
  }
  await db.destroy()
})
