import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf, placesSetting } from './places.ts'

test('a list of names says which environment a name is in', () => {
  const list = 'main, v* , release/*/web = staging\ndevelop=staging, a*b*c = odd'
  const places = {
    main: 'production',
    'v1.4.2': 'production',
    'release/7/web': 'staging',
    develop: 'staging',
  }
  for (const [name, environment] of Object.entries(places))
    assert.equal(placeOf(list, name), environment, name)
  for (const name of ['mainly', 'release/7/api', 'dev', '', 'ac', 'abca']) {
    assert.equal(placeOf(list, name), undefined, name)
  }
  assert.equal(placeOf(list, 'axbxc'), 'odd')
  assert.equal(placeOf(list, null, undefined, 'main'), 'production')
  assert.equal(placeOf(undefined, 'main'), undefined)
  assert.equal(placeOf('*', 'x'.repeat(5000)), 'production')
  assert.equal(placeOf('ab*ba', 'aba'), undefined, 'what is said twice has to be there twice')
})

test('a list that is none is refused with words', () => {
  const { schema } = placesSetting('Branches', 'Which.')
  for (const list of ['', '= staging', 'main =', 'x'.repeat(5001), 'a,'.repeat(51)]) {
    assert.equal(schema.safeParse(list).success, false, list.slice(0, 20))
  }
  for (const list of ['main', 'a = b, c', 'v*,']) assert.equal(schema.safeParse(list).success, true, list)
})
