import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError, readConfig, settingsTable } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'shiplog-config-'))
after(() => rmSync(folder, { recursive: true }))
const read = (env: Record<string, string>) => readConfig({ SHIPLOG_DATA_DIR: folder, ...env })

test('with nothing set it serves on 8080 from a SQLite file in the data folder', () => {
  const config = read({})
  assert.equal(config.port, 8080)
  assert.equal(config.database_url, join(folder, 'shiplog.db'))
  assert.equal(config.url, null)
})

test('the secret is made once, readable by its owner only, and kept', () => {
  const [first, second] = [read({}), read({})]
  assert.equal(first.secret.length, 32)
  assert.deepEqual(first.secret, second.secret)
  assert.equal(statSync(join(folder, 'secret')).mode & 0o777, 0o600)
})

test('any setting can be read from a file', () => {
  const file = join(folder, 'given')
  writeFileSync(file, `${'ab'.repeat(32)}\n`)
  assert.equal(read({ SHIPLOG_SECRET_FILE: file }).secret.toString('hex'), 'ab'.repeat(32))
  assert.throws(() => read({ SHIPLOG_SECRET_FILE: '/no/such/file' }), /cannot be read/)
})

const refused: [string, Record<string, string>, RegExp][] = [
  ['a misspelt name', { SHIPLOG_SECRTE: 'x' }, /SHIPLOG_SECRTE is not a setting/],
  ['a port that is no number', { PORT: 'http' }, /PORT must be a number/],
  ['a secret of 31 bytes', { SHIPLOG_SECRET: 'ab'.repeat(31) }, /SHIPLOG_SECRET must be 32 bytes/],
  ['an address with a path', { SHIPLOG_URL: 'https://example.com/status' }, /without a path/],
  ['an address that is none', { SHIPLOG_URL: 'status.example.com' }, /must be an address/],
  ['a database of a kind we do not know', { DATABASE_URL: 'mysql://localhost/x' }, /postgres:\/\//],
  ['an admin without a password', { SHIPLOG_ADMIN_EMAIL: 'a@example.com' }, /go together/],
  ['a name among what may be called', { SHIPLOG_OUTBOUND_ALLOW: 'deploy.internal' }, /OUTBOUND_ALLOW.*CIDR/],
  ['everything as what may be called', { SHIPLOG_OUTBOUND_ALLOW: '0.0.0.0/0' }, /OUTBOUND_ALLOW.*CIDR/],
  ['a number of hops as trusted proxies', { SHIPLOG_TRUSTED_PROXIES: '1' }, /CIDR/],
]
for (const [what, env, words] of refused) {
  test(`${what} is refused with a sentence`, () => {
    assert.throws(
      () => read(env),
      (error) => error instanceof ConfigError && words.test(error.message),
    )
  })
}

test('what Kubernetes makes by itself for a service named shiplog is no misspelling', () => {
  read({ SHIPLOG_SERVICE_HOST: '10.0.0.1', SHIPLOG_PORT: 'tcp://10.0.0.1:8080', SHIPLOG_PORT_8080_TCP: 'x' })
})

test('the README carries the same table of settings that the command prints', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  assert.ok(readme.includes(settingsTable()))
})

test('what may be called inside is a list of addresses and ranges, and empty unless it is set', () => {
  assert.deepEqual(read({}).outbound_allow, [])
  const given = read({ SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1, 10.0.0.0/8 ::1' })
  assert.deepEqual(given.outbound_allow, ['127.0.0.1', '10.0.0.0/8', '::1'])
})

test('a range of proxies that the server could not read is refused in words, not met as a crash', () => {
  for (const wrong of [
    '10.0.0.0/',
    '10.0.0.0/8/9',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/1e1',
    '::1/129',
    '/8',
  ]) {
    assert.throws(() => read({ SHIPLOG_TRUSTED_PROXIES: wrong }), /CIDR/, wrong)
  }
  const right = ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '::ffff:10.0.0.0/104']
  assert.deepEqual(read({ SHIPLOG_TRUSTED_PROXIES: right.join(', ') }).trusted_proxies, right)
})
