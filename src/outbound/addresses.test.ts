import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressRules, literalOf } from './addresses.ts'

const closed = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.170', '198.18.0.1', '192.0.2.7'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '0:0:0:0:0:ffff:10.0.0.1', '::127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1'],
  ...['::ffff:0:127.0.0.1', '100::1', '5f00::1'],
  ...['', 'localhost', '1.2.3', '0x7f.1'],
]
const open = [
  ...['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.255.255', '100.128.0.1', '11.0.0.1', '223.255.255.255'],
  ...['2606:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
]

test('only addresses of the open internet may be called, however they are dressed', () => {
  const may = addressRules([])
  for (const address of closed) assert.equal(may(address), false, address)
  for (const address of open) assert.equal(may(address), true, address)
})

test('what the settings name may be called, and nothing beside it', () => {
  const may = addressRules(['127.0.0.1', '10.1.0.0/16', 'fd00::/8', '::ffff:192.168.7.0/120'])
  for (const address of [
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '10.1.255.1',
    'fd12::1',
    '192.168.7.9',
    '8.8.8.8',
  ]) {
    assert.equal(may(address), true, address)
  }
  for (const address of ['127.0.0.2', '10.2.0.1', 'fc00::1', '::1', '192.168.8.1', '169.254.169.254']) {
    assert.equal(may(address), false, address)
  }
})

test('every way to write an address in a URL is seen through', () => {
  const written = [
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '１２７.0.0.1',
    '127.0.0.1.',
    '127。0。0。1',
  ]
  for (const host of written) {
    assert.equal(literalOf(new URL(`http://${host}/`).hostname), '127.0.0.1', host)
  }
  assert.equal(literalOf(new URL('http://[::FFFF:127.0.0.1]/').hostname), '::ffff:7f00:1')
  assert.equal(literalOf('deploy.example'), null)
})
