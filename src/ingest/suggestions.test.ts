import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestionFor } from './suggestions.ts'

const named = (slug: string, name: string, archived_at: string | null = null) => ({
  id: slug,
  slug,
  name,
  archived_at,
})
const components = [
  named('checkout', 'Checkout'),
  named('search', 'Search'),
  named('web-shop', 'Web shop'),
  named('payments-api', 'Payments API'),
  named('old-checkout', 'Old checkout', '2026-01-01T00:00:00.000Z'),
]

test('the component that is called the same, nearly the same, or shares a word, is suggested with the reason', () => {
  const expected = [
    ['WebShop', 'web-shop', 'It is called the same.'],
    ['acme/web_shop', 'web-shop', 'It is called the same.'],
    ['Payments API', 'payments-api', 'It is called the same.'],
    ['chekout', 'checkout', 'Only one letter differs.'],
    ['acme/checkuot', 'checkout', 'Only 2 letters differ.'],
    ['acme/checkout-frontend', 'checkout', 'Both have “checkout” in their name.'],
    ['payments', 'payments-api', 'Both have “payments” in their name.'],
  ] as const
  for (const [service, slug, why] of expected) {
    const found = suggestionFor(service, components)
    assert.deepEqual([found?.slug, found?.why], [slug, why], service)
  }
})

test('nothing is suggested when nothing is near, and never an archived component', () => {
  for (const service of [
    'billing',
    '',
    '/',
    '///',
    'x',
    'api',
    '支払い',
    'old-checkout-x-y',
    'a'.repeat(10_000),
  ]) {
    const found = suggestionFor(service, components.slice(1).toReversed())
    assert.ok(found === null || found.slug === 'payments-api', service)
  }
  assert.equal(suggestionFor('checkout', []), null)
})
