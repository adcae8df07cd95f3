import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPurl } from './purl.ts'

const digest = '0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427'
const sha = '7c0ae5a1f4b2c3d4e5f60718293a4b5c6d7e8f90'

test('a package URL says what a person would call it', () => {
  for (const [purl, said] of [
    [`pkg:oci/shop@sha256%3A${digest}`, { name: 'shop', version: 'sha256:0b31b1c02ff4' }],
    [`pkg:oci/shop@sha256:${digest}?tag=1.4.2&arch=amd64`, { name: 'shop', version: '1.4.2' }],
    ['pkg:docker/acme/shop@1.4.2?tag=latest', { name: 'acme/shop', version: '1.4.2' }],
    ['pkg:npm/%40acme/shop@1.4.2', { name: '@acme/shop', version: '1.4.2' }],
    ['pkg:npm/@acme/shop@1.4.2#lib', { name: '@acme/shop', version: '1.4.2' }],
    [`pkg:github/acme/shop@${sha}`, { name: 'acme/shop', version: '7c0ae5a', commit: sha }],
    [`pkg:github/acme/shop@v1.4.2`, { name: 'acme/shop', version: 'v1.4.2' }],
    ['pkg:generic/shop', { name: 'shop' }],
  ] as const) {
    assert.deepEqual(readPurl(purl), said, purl)
  }
})

test('what is no package URL says nothing, and is no fault', () => {
  for (const wrong of [
    '',
    null,
    undefined,
    'shop@1',
    'pkg:',
    'pkg:oci',
    'pkg:oci/',
    'pkg:oci/@',
    'http://x/y@1',
    digest,
  ]) {
    const { version, commit } = readPurl(wrong)
    assert.deepEqual([version, commit], [undefined, undefined], String(wrong))
  }
  assert.deepEqual(readPurl('pkg:oci/%E0%A4%A@%FF'), {})
})
