import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserWords, networkWords, writtenWords } from './words.ts'

test('a browser is called by its name and system, and anything else by what it says', () => {
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36'
  assert.equal(browserWords(chrome), 'Chrome on Linux')
  assert.equal(browserWords(`${chrome} Edg/156.0`), 'Edge on Linux')
  assert.equal(
    browserWords(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1',
    ),
    'Safari on iPhone',
  )
  assert.equal(browserWords('curl/8.9'), 'curl/8.9')
  assert.equal(browserWords(''), 'unknown program')
})

test('only this machine’s own network has a name', () => {
  assert.equal(networkWords('0:0:0:0::/64'), 'this machine')
  assert.equal(networkWords('192.0.2.0/24'), '192.0.2.0/24')
})

test('of a form that waited, what was written is shown, and not what the machine needs', () => {
  const fields = [
    { name: 'version', value: '7' },
    { name: 'status_mwt59rnfcnez', value: 'partial_outage' },
    { name: 'body', value: 'Cards fail.' },
    { name: 'title', value: '' },
    { name: 'toString', value: 'x' },
  ]
  assert.deepEqual(writtenWords(fields), [{ label: 'Text', value: 'Cards fail.' }])
})
