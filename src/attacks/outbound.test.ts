import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeClient } from '../outbound/client.ts'

const root = join(import.meta.dirname, '..')
const sources = globSync('**/*.ts', { cwd: root }).filter((file) => !/\.test\.ts$|^testing\//.test(file))
const using = (what: RegExp) =>
  sources.filter((file) => what.test(readFileSync(join(root, file), 'utf8'))).sort()

test('there is one way out to other machines, so no form, command or job can forget the guard', () => {
  const modules = /from '(?:undici|node:(?:tls|http2|https|dgram|dns[^']*))'/
  const taken =
    /import \{[^}]*\b(?:connect|createConnection|request|get|Agent)\b[^}]*\} from 'node:(?:net|http)'|\bfetch\(|\bWebSocket\(/
  const ways = using(new RegExp(`${modules.source}|${taken.source}`))
  // "shiplog doctor" asks, from the command line, what the settings of its own server name
  assert.deepEqual(ways, ['health/address-checks.ts', 'outbound/client.ts', 'outbound/target.ts'])
  const opens = /\b(?:createConnection|buildConnector)\(/
  assert.deepEqual(
    using(opens).filter((file) => !file.startsWith('outbound/')),
    [],
  )
})

test('no program is ever started, and no text ever becomes code', () => {
  assert.deepEqual(
    using(/node:child_process|node:vm\b|node:cluster|\beval\(|new Function\b|process\.binding/),
    [],
  )
  assert.deepEqual(using(/\.renderString(?:Async)?\(|eta\.compile/), [])
})

/** What stands for this machine, its network and its cloud, in all the ways that an address can be written. */
const inside = [
  ...[
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '１２７.0.0.1',
    '127.0.0.1.',
    '0',
    '0.0.0.0',
  ],
  ...[
    '[::]',
    '[::1]',
    '[::ffff:7f00:1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fd00:ec2::254]',
  ],
  ...[
    '169.254.169.254',
    '100.64.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
  ],
]

test('this machine, its network and its cloud are not called, however the address is written', async () => {
  const client = makeClient({ allow: [], resolve: async () => assert.fail('a literal is not looked up') })
  for (const host of inside) {
    for (const url of [`http://${host}/`, `https://${host}:8443/x?y`]) {
      const said = await client.send({ url, method: 'POST', body: '{}' })
      assert.ok('error' in said && said.permanent, `${url} was called`)
    }
  }
})

test('names that lead inside are not called: of this machine, of a cloud, by a chain of names, or one address of many', async () => {
  const led: Record<string, string[]> = {
    localhost: ['127.0.0.1', '::1'],
    'db.localhost': ['127.0.0.1'],
    'metadata.google.internal': ['169.254.169.254'],
    'cname.example': ['10.1.2.3'],
    'mixed.example': ['93.184.216.34', '10.1.2.3'],
    'mixed6.example': ['2606:4700::1111', 'fd00::1'],
  }
  const resolve = async (name: string) =>
    (led[name] ?? []).map((address) => ({ address, family: isIP(address) }))
  const client = makeClient({ allow: [], resolve })
  for (const name of Object.keys(led)) {
    const said = await client.send({ url: `http://${name}/`, method: 'POST' })
    assert.ok('error' in said && said.permanent && /not on the open internet/.test(said.error), name)
  }
})

test('Shiplog itself, its store and a cloud’s secrets are never called, though all of the inside may be', async (t) => {
  let came = 0
  const server = createServer((_, response) => {
    came += 1
    response.end()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const allow = ['127.0.0.0/8', '::1', '169.254.0.0/16', 'fd00::/8', '10.0.0.0/8']
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const guarded = makeClient({ allow, resolve, own: [port, 5433] })
  const own = [
    `http://127.0.0.1:${port}/`,
    `http://2130706433:${port}/`,
    `http://[::1]:${port}/`,
    `http://me.example:${port}/`,
  ]
  for (const url of [
    ...own,
    'http://127.0.0.1:5433/',
    'http://169.254.169.254/',
    'http://[fd00:ec2::254]/',
  ]) {
    const said = await guarded.send({ url, method: 'POST' })
    assert.ok('error' in said, `${url} was called`)
  }
  assert.equal(came, 0)
  const open = makeClient({ allow, resolve })
  assert.equal((await open.send({ url: own[0] ?? '', method: 'POST' })).status, 200) // what the list of own ports is for
})

test('addresses that are read in two ways, and what is no HTTP, are not called', async () => {
  const client = makeClient({ allow: ['127.0.0.1'], timeout_ms: 300, resolve: async () => [] })
  const odd = [
    'http://good.example\\@127.0.0.1:9/',
    'http://good.example%00.evil/',
    'http://a@b@c/',
    'ftp://x/',
    'ws://x/',
  ]
  const ports = [22, 25, 110, 3306, 5432, 6379, 11211].map((port) => `http://good.example:${port}/`)
  for (const url of [
    ...odd,
    ...ports,
    'jar:http://x!/',
    'javascript:alert(1)',
    ' http://',
    'http:///',
    'http://[::1%25eth0]/',
  ]) {
    const said = await client.send({ url, method: 'POST' })
    assert.ok('error' in said, url)
  }
})
