import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fits, globOf, lettersNamed, nameOf, overlap } from './globs.ts'

test('a pattern fits what it says: * any letters or none, ? one letter, all others themselves', () => {
  const yes: [string, string][] = [
    ['*', ''],
    ['*', 'acme/shop'],
    ['acme/*', 'acme/'],
    ['acme/*', 'acme/shop/web'],
    ['*/shop', 'acme/shop'],
    ['a*b*c', 'aXbXbc'],
    ['shop-?', 'shop-1'],
    ['??', 'né'],
    ['?', '🚢'],
    ['Acme/*', 'aCME/Shop'],
    ['a.b', 'a.b'],
    ['***a', 'ba'],
    ['*a?', 'aab'],
  ]
  const no: [string, string][] = [
    ['', 'a'],
    ['?', ''],
    ['acme/*', 'acme'],
    ['shop-?', 'shop-'],
    ['shop-?', 'shop-12'],
    ['a.b', 'axb'],
    ['a*b', 'abc'],
    ['[ab]', 'a'],
    ['*a?', 'aba'.slice(0, 1)],
  ]
  for (const [glob, text] of yes) assert.ok(fits(globOf(glob), text), `${glob} should fit ${text}`)
  for (const [glob, text] of no) assert.ok(!fits(globOf(glob), text), `${glob} should not fit ${text}`)
  assert.ok(fits(nameOf('a*b'), 'A*b') && !fits(nameOf('a*b'), 'axb'), 'a name has no signs in it')
  assert.equal(lettersNamed(globOf('a*b?')), 2)
})

const few = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 7 }).map((letters) => letters.join(''))

test('patterns fit as the same ones written as regular expressions do, and overlap when a text fits both', () => {
  const texts = ['']
  for (let at = 0; at < 63; at++) for (const letter of 'ab') texts.push(`${texts[at]}${letter}`)
  fc.assert(
    fc.property(few, few, (one, other) => {
      const inWords = new RegExp(`^${one.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      for (const text of texts) assert.equal(fits(globOf(one), text), inWords.test(text), `${one} ${text}`)
      const both = texts.some((text) => fits(globOf(one), text) && fits(globOf(other), text))
      const can = overlap(globOf(one), globOf(other))
      assert.equal(can, overlap(globOf(other), globOf(one)))
      assert.ok(can || !both, `${one} and ${other} meet`)
      // what two short patterns share is short
      if (one.length + other.length <= 6) assert.equal(can, both, `${one} and ${other}`)
    }),
    { numRuns: 500 },
  )
})

test('a pattern made to be slow is not', () => {
  const glob = globOf(`${'*a'.repeat(99)}b`)
  for (let times = 0; times < 100; times++) assert.equal(fits(glob, 'a'.repeat(200)), false)
})
