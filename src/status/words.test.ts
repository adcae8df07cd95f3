import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headline } from '../components/headline.ts'
import type { ComponentStatus } from '../components/model.ts'
import { numberFirst } from '../site/words/en/counting.ts'
import { wordsFor } from '../site/words/index.ts'
import { groupLine } from './words.ts'

const t = wordsFor('en')

function components(...statuses: ComponentStatus[]) {
  const names = ['Checkout', 'Search', 'Storefront', 'Webhooks']
  return statuses.map((status, index) => ({ name: names[index] ?? `Component ${index}`, status }))
}
const words = (...statuses: ComponentStatus[]) => headline(components(...statuses), 0, t.headline).words

test('the worst status decides the headline, and names the one component that has it', () => {
  assert.equal(words('operational', 'operational'), 'Everything is working')
  assert.equal(words('major_outage', 'partial_outage', 'under_maintenance'), 'Checkout is down')
  assert.equal(words('operational', 'partial_outage'), 'Search is partly down')
  assert.equal(words('degraded_performance', 'under_maintenance'), 'Checkout is degraded')
  assert.equal(words('operational', 'under_maintenance'), 'Search is under maintenance')
})

test('several components with the worst status are counted, not named', () => {
  assert.equal(words('major_outage', 'major_outage', 'major_outage', 'operational'), '3 components are down')
  assert.equal(
    words('partial_outage', 'partial_outage', 'degraded_performance'),
    '2 components are partly down',
  )
  assert.equal(words('under_maintenance', 'under_maintenance'), '2 components are under maintenance')
})

test('the second line counts everything that is not operational', () => {
  const more = (...statuses: ComponentStatus[]) => headline(components(...statuses), 0, t.headline).more
  assert.equal(
    more('partial_outage', 'degraded_performance', 'operational'),
    '2 of 3 components are affected, everything else works.',
  )
  assert.equal(more('major_outage', 'operational'), '1 of 2 components is affected, everything else works.')
  assert.equal(more('major_outage', 'degraded_performance'), 'Both components are affected.')
  assert.equal(more('major_outage'), 'It is the only component.')
  assert.equal(
    more('under_maintenance', 'operational'),
    '1 of 2 components is under maintenance, everything else works.',
  )
  assert.equal(more('operational', 'operational'), 'Both components are working.')
  assert.equal(more('operational'), '1 component is working.')
})

test('an open incident that touches no component is not a calm day', () => {
  const line = headline(components('operational', 'operational'), 1, t.headline)
  assert.deepEqual([line.words, line.calm], ['Everything is working', false])
  assert.equal(line.more, 'Both components are working. 1 incident is open.')
  assert.equal(headline(components('operational', 'operational'), 0, t.headline).calm, true)
  assert.equal(headline(components('degraded_performance'), 0, t.headline).calm, false)
})

test('a page without components says that nothing is reported yet, and claims no health', () => {
  const line = headline([], 0, t.headline)
  assert.deepEqual([line.words, line.tone, line.calm], ['Nothing is reported yet', 'unknown', true])
  assert.notEqual(headline([], 1, t.headline).words, 'Nothing is reported yet')
})

test('a group says how many of it are affected, and a group of one says how it is', () => {
  assert.deepEqual(groupLine(components('operational', 'operational'), t), {
    status: 'operational',
    words: 'Operational',
  })
  assert.equal(groupLine(components('degraded_performance', 'operational'), t).words, '1 of 2 affected')
  assert.equal(groupLine(components('under_maintenance', 'operational'), t).words, '1 of 2 under maintenance')
  assert.equal(groupLine(components('major_outage'), t).words, 'Major outage')
})

test('days and numbers are told in words', () => {
  assert.equal(t.now.quiet_day(0), 'No incidents.')
  assert.equal(t.now.quiet_day(1), 'No incidents, 1 release.')
  assert.equal(t.now.quiet_day(1200), 'No incidents, 1,200 releases.')
  assert.deepEqual([0, 3, 12, 13].map(numberFirst), ['No', 'Three', 'Twelve', '13'])
})
