import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedHeaders, askedOf, keptAsked } from './address.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test('a secret is taken from wherever a tool can put it, and out of what is kept', () => {
  const shown = (url: string, authorization?: string) => askedOf('POST', url, authorization)
  assert.equal(shown('/hooks/abc', 'Bearer slk_one').presented, 'slk_one')
  assert.equal(shown('/hooks/abc', basic('shiplog:slk_two')).presented, 'slk_two')
  assert.equal(shown('/hooks/abc', basic('slk_three')).presented, 'slk_three')
  assert.equal(shown('/hooks/abc', basic('a:b:c')).presented, 'b:c')
  assert.deepEqual(shown('/hooks/abc/slk_four/api/0/x?a=1'), {
    method: 'POST',
    path: '/api/0/x',
    query: { a: '1' },
    presented: 'slk_four',
  })
  const asked = shown('/hooks/abc?access_token=slk_five&b=%20')
  assert.deepEqual([asked.presented, asked.query, asked.path], ['slk_five', { b: ' ' }, ''])
})

test('what is called at the root has its whole path', () => {
  const { path, presented } = askedOf('GET', '/api/0/organizations/acme/repos/?cursor=', 'Bearer slk_six')
  assert.deepEqual([path, presented], ['/api/0/organizations/acme/repos/', 'slk_six'])
  assert.equal(askedOf('POST', '/api/v1/events', undefined).path, '')
})

test('nothing is taken for a secret that is none', () => {
  for (const authorization of [undefined, '', 'Basic', 'Basic !', basic(':'), 'Token slk_x', 'Bearer']) {
    assert.equal(askedOf('POST', '/hooks/abc', authorization).presented, null, String(authorization))
  }
  assert.equal(askedOf('POST', '/hooks/abc/api/slk_x', undefined).presented, null)
  assert.equal(askedOf('GET', '/hooks/slk_x', undefined).presented, null)
})

test('how something was asked comes back from what was kept, and cannot be sent as a header', () => {
  const asked = askedOf('PUT', '/hooks/abc/releases/a%2Fb?x=1&y=%26', undefined)
  const { presented: _, ...kept } = asked
  const incoming = { ...asked, headers: {}, body: Buffer.from(''), received_at: '' }
  assert.deepEqual(keptAsked(askedHeaders(incoming)), kept)
  assert.deepEqual(askedHeaders({ headers: {}, body: Buffer.from(''), received_at: '' }), {})
  assert.deepEqual(keptAsked({}), { method: 'POST', path: '', query: {} })
})
