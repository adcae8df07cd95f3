import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { settingsTable } from '../config.ts'
import { openDatabase } from '../platform/database.ts'
import { shell } from '../testing/shell.ts'

test('a new token is all that is printed when it is made', async (t) => {
  const { shiplog } = shell(t)
  const { code, out, err } = await shiplog('token', 'create', '--name', 'ci', '--scope', 'releases:write')
  assert.equal(code, 0)
  assert.match(out, /^shl_[\w-]{20,}\n$/)
  assert.equal(err, '')
  assert.equal((await shiplog('token', 'list')).out, 'ci\treleases:write\tactive\tnever used\n')
  assert.deepEqual(await shiplog('token', 'revoke', 'ci'), { code: 0, out: '', err: '' })
  assert.equal((await shiplog('token', 'list')).out, 'ci\treleases:write\trevoked\tnever used\n')
})

test('a token may have several scopes; a wrong one, none and an unknown name are refused in words', async (t) => {
  const { shiplog } = shell(t)
  const two = await shiplog('token', 'create', '--name', 'two', '--scope', 'releases:write,incidents:read')
  assert.equal(two.code, 0)
  for (const scope of ['everything', '', 'admin,everything']) {
    const { code, out, err } = await shiplog('token', 'create', '--name', 'x', '--scope', scope)
    assert.deepEqual([code, out], [2, ''], scope)
    assert.match(err, /^(A scope is one of components:read, |Choose at least one scope)/, scope)
  }
  assert.equal((await shiplog('token', 'create', '--scope', 'admin')).code, 2)
  assert.equal(
    (await shiplog('token', 'create', '--nam', 'x')).err,
    "Unknown option '--nam'. “shiplog help” lists what there is.\n",
  )
  assert.deepEqual(await shiplog('token', 'revoke', 'nobody'), {
    code: 1,
    out: '',
    err: 'There is no active token named “nobody”.\n',
  })
  assert.match((await shiplog('token', 'list')).out, /^two\t[^\n]*\n$/)
})

test('a person is added with a password that is printed once, given a role, shut out and let in again', async (t) => {
  const { shiplog } = shell(t)
  const added = await shiplog('user', 'add', 'Ada@Example.com', '--role', 'admin', '--name', 'Ada')
  assert.match(added.err, /ada@example\.com may sign in as admin, with this password:/)
  assert.equal(added.code, 0)
  assert.match(added.out, /^[\w-]{20}\n$/)
  await shiplog('user', 'add', 'vi@example.com', '--role', 'viewer')
  assert.equal((await shiplog('user', 'role', 'vi@example.com', 'editor')).code, 0)
  assert.equal((await shiplog('user', 'disable', 'vi@example.com')).code, 0)
  const listed = 'ada@example.com\tadmin\tactive\nvi@example.com\teditor\tdisabled\n'
  assert.equal((await shiplog('user', 'list')).out, listed)
  assert.match((await shiplog('user', 'reset', 'vi@example.com')).out, /^[\w-]{20}\n$/)
  assert.equal((await shiplog('user', 'list')).out, listed.replace('disabled', 'active'))
})

test('what cannot be done to a person is refused in words, and changes nothing', async (t) => {
  const { shiplog } = shell(t)
  await shiplog('user', 'add', 'ada@example.com', '--role', 'admin')
  const refusals: [argv: string[], code: number, words: RegExp][] = [
    [['add', 'ada@example.com'], 1, /ada@example\.com/],
    [['add', 'not an address'], 2, /not an e-mail address/],
    [['add', 'ed@example.com', '--role', 'king'], 2, /viewer, editor, admin/],
    [['role', 'ada@example.com', 'viewer'], 1, /only admin/],
    [['role', 'ada@example.com'], 2, /viewer, editor, admin/],
    [['disable', 'ada@example.com'], 1, /only admin/],
    [['disable', 'nobody@example.com'], 1, /Nobody uses/],
    [['reset', 'nobody@example.com'], 1, /Nobody uses/],
    [['promote', 'ada@example.com'], 2, /add, list, role, disable, enable, reset/],
    [['add'], 2, /which person/],
  ]
  for (const [argv, wanted, words] of refusals) {
    const { code, out, err } = await shiplog('user', ...argv)
    assert.deepEqual([code, out], [wanted, ''], argv.join(' '))
    assert.match(err, words)
  }
  assert.equal((await shiplog('user', 'list')).out, 'ada@example.com\tadmin\tactive\n')
})

test('a password can come by standard input; one that is too short is refused', async (t) => {
  const { spawned, shiplog } = shell(t)
  const add = ['user', 'add', 'ada@example.com', '--password-stdin']
  const short = await spawned(add, { input: 'short\n' })
  assert.deepEqual([short.code, short.out], [2, ''])
  assert.match(short.err, /12 characters/)
  const added = await spawned(add, { input: 'correct horse battery\n' })
  assert.deepEqual([added.code, added.out], [0, ''])
  assert.equal((await shiplog('user', 'list')).out, 'ada@example.com\teditor\tactive\n')
})

test('the settings are printed as the README has them, after a check of those that are set', async (t) => {
  const { shiplog } = shell(t)
  assert.deepEqual(await shiplog('config'), { code: 0, out: `${settingsTable()}\n`, err: '' })
  const wrong = await shell(t, { PORT: 'eighty', SHIPLOG_URL: 'status' }).shiplog('config')
  assert.deepEqual([wrong.code, wrong.out], [1, ''])
  assert.match(wrong.err, /^PORT must be a number\.$/m)
  assert.match(wrong.err, /^SHIPLOG_URL must be an address/m)
})

test('migrate makes the database and says what ran, then that there is nothing to do', async (t) => {
  const { shiplog, folder } = shell(t)
  const first = await shiplog('migrate')
  assert.equal(first.code, 0)
  assert.match(first.out, /^0001-accounts\n/)
  assert.ok(existsSync(join(folder, 'shiplog.db')))
  assert.equal((await shiplog('migrate')).out, 'The database is up to date.\n')
})

for (const argv of [['serve'], ['migrate'], ['config'], ['demo'], ['token', 'list']]) {
  test(`a misspelt setting stops shiplog ${argv.join(' ')} with a sentence`, async (t) => {
    const { code, out, err } = await shell(t, { SHIPLOG_PROT: '80' }).shiplog(...argv)
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /^SHIPLOG_PROT is not a setting of Shiplog\. Its settings are: PORT/)
  })
}

for (const argv of [['serve'], ['migrate'], ['user', 'list']]) {
  test(`a database of a newer version stops shiplog ${argv.join(' ')} with a sentence`, async (t) => {
    const { shiplog, folder } = shell(t)
    await shiplog('migrate')
    const db = openDatabase(join(folder, 'shiplog.db'))
    const row = { name: '9999-tomorrow', timestamp: '2030-01-01T00:00:00.000Z' }
    // biome-ignore lint/suspicious/noExplicitAny: Kysely's own table is not part of our schema
    await (db as any).insertInto('kysely_migration').values(row).execute()
    await db.destroy()
    const { code, out, err } = await shiplog(...argv)
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /made by a newer Shiplog \(it has 9999-tomorrow\)/)
  })
}

test('a file that is no database is told of in words', async (t) => {
  const { shiplog, folder } = shell(t)
  writeFileSync(join(folder, 'shiplog.db'), 'Dear diary, this is not a database. '.repeat(40))
  const { code, err } = await shiplog('user', 'list')
  assert.equal(code, 1)
  assert.match(err, /^The database cannot be used \(SQLITE_NOTADB\)/)
})

test('help is printed when asked for; a word that is no command is a mistake', async (t) => {
  const { shiplog } = shell(t)
  for (const word of ['--help', 'help', '-h']) {
    const asked = await shiplog(word)
    assert.deepEqual([asked.code, asked.err], [0, ''], word)
    for (const command of ['serve', 'migrate', 'config', 'user add', 'token create', 'source', 'demo']) {
      assert.match(asked.out, new RegExp(`^  ${command}`, 'm'))
    }
  }
  const one = await shiplog('token', '--help')
  assert.equal(one.code, 0)
  assert.match(one.out, /token create/)
  assert.doesNotMatch(one.out, /user add/)
  const wrong = await shiplog('sail')
  assert.deepEqual([wrong.code, wrong.out], [2, ''])
  assert.match(wrong.err, /^There is no command “sail”\./)
  assert.equal((await shiplog()).code, 2)
  assert.match((await shiplog('token', 'revoke', 'help')).err, /no active token named “help”/)
  const unknown = await shiplog('token', 'list', '--loud')
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /--loud/)
})

test('a constructor’s name is no command', async (t) => {
  for (const word of ['constructor', '__proto__', 'toString']) {
    assert.equal((await shell(t).shiplog(word)).code, 2, word)
  }
})
