import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodingFor } from './rendering.ts'

test('a client gets the best encoding that it reads, however it writes its wish', () => {
  const wishes = {
    'gzip, deflate, br, zstd': 'br',
    'GZIP ; q=0.5 , deflate': 'gzip',
    'br;q=0, gzip': 'gzip',
    'br ; q=1 ,x': 'br',
    'xbr, gzipped': 'identity',
    'br x': 'identity',
    '*': 'identity',
    '': 'identity',
  }
  for (const [wish, encoding] of Object.entries(wishes)) assert.equal(encodingFor(wish), encoding, wish)
})

test('a wish of three million spaces is read in no time to speak of', () => {
  for (const begin of ['br', 'br;', 'gzip;q=', 'gzip;q=1', 'br '])
    for (const space of [' ', '\t'])
      assert.equal(encodingFor(`${begin}${space.repeat(3_000_000)}x`), 'identity')
})
