import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { shell } from '../testing/shell.ts'
import { closeToOthers } from './closed-folder.ts'

const mode = (path: string) => statSync(path).mode & 0o777

function openFolder(t: TestContext) {
  const data_dir = join(mkdtempSync(join(tmpdir(), 'shiplog-open-')), 'data')
  t.after(() => rmSync(join(data_dir, '..'), { recursive: true, force: true }))
  mkdirSync(data_dir)
  const database_url = join(data_dir, 'shiplog.db')
  for (const name of ['secret', 'shiplog.db', 'shiplog.db-wal']) {
    writeFileSync(join(data_dir, name), '')
    chmodSync(join(data_dir, name), 0o664)
  }
  chmodSync(data_dir, 0o755)
  return { data_dir, database_url }
}

test('a data folder that everybody can read is closed at the start; what a group may stays', {
  skip: process.platform === 'win32',
}, (t) => {
  const config = openFolder(t)
  const { data_dir } = config
  assert.equal(closeToOthers(config).length, 4)
  assert.equal(mode(data_dir), 0o750)
  for (const name of ['secret', 'shiplog.db', 'shiplog.db-wal'])
    assert.equal(mode(join(data_dir, name)), 0o660)
  assert.deepEqual(closeToOthers(config), [])
})

test('a folder that holds other things too stays as it is, and our files in it are closed', {
  skip: process.platform === 'win32',
}, (t) => {
  const config = openFolder(t)
  writeFileSync(join(config.data_dir, 'index.html'), '')
  assert.equal(closeToOthers(config).length, 3)
  assert.equal(mode(config.data_dir), 0o755)
  assert.equal(mode(join(config.data_dir, 'secret')), 0o660)
})

test('serve says what it closed, and starts', { skip: process.platform === 'win32' }, async (t) => {
  const { folder, shiplog, serving } = shell(t)
  await shiplog('migrate')
  for (const name of ['secret', 'shiplog.db']) chmodSync(join(folder, name), 0o644)
  chmodSync(folder, 0o755)
  await serving(['serve'])
  for (const path of [folder, join(folder, 'secret'), join(folder, 'shiplog.db')])
    assert.equal(mode(path) & 0o077, path === folder ? 0o050 : 0o040)
})
