import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setStatusByHand } from '../components/actions.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { type Northwind, northwind, northwindInTrouble } from '../testing/northwind.ts'
import { shell } from '../testing/shell.ts'
import { type World, worldOn } from '../testing/world.ts'

/** A data folder with a shop in trouble in it, and a place to export to. */
async function shop(
  t: Parameters<typeof shell>[0],
  opened: (ship: World) => Promise<Pick<Northwind, 'ship' | 'components'>> = northwindInTrouble,
) {
  const { shiplog, folder } = shell(t)
  const db = openDatabase(join(folder, 'shiplog.db'))
  await migrateToLatest(db)
  const { ship, components } = await opened(worldOn(db))
  await db.destroy()
  const dir = join(folder, 'site')
  const all = () =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  return { shiplog, folder, dir, all, ship, components }
}

/** Nothing is open, so that nothing on a page grows older by the minute. */
const calmly = async (ship: World) => {
  const shop = await northwind(ship)
  await shop.release('checkout', '2.14.0')
  return shop
}

test('the whole public site becomes files whose links all lead to files, and nothing private is among them', async (t) => {
  const { shiplog, dir, all } = await shop(t)
  const { code, err } = await shiplog('export', dir)
  assert.equal(code, 0, err)
  for (const file of [
    'index.html',
    'releases/index.html',
    'components/checkout/index.html',
    'api/v1/incidents.json',
  ]) {
    assert.ok(existsSync(join(dir, file)), file)
  }
  for (const page of all().filter((file) => file.endsWith('.html'))) {
    const html = readFileSync(page, 'utf8')
    assert.doesNotMatch(html, /Ledger|\s(?:href|src|action)="\//, page)
    for (const [, link = ''] of html.matchAll(/\s(?:href|src)="(?!https?:|mailto:|#|data:)([^"#]+)/g)) {
      assert.ok(existsSync(join(dirname(page), link)), `${page} links to ${link}`)
    }
  }
})

test('exporting again writes only what changed, and removes what is not public any more', async (t) => {
  const { shiplog, dir, folder, all, components } = await shop(t, calmly)
  await shiplog('export', dir)
  const before = new Map(all().map((file) => [file, statSync(file).mtimeMs]))
  assert.match((await shiplog('export', dir)).out, / 0 removed/)
  const again = all().filter((file) => before.get(file) !== statSync(file).mtimeMs)
  // time went on, and with it of how much time the share is
  assert.deepEqual(
    again.filter((file) => !file.endsWith('/uptime.json')),
    [],
  )
  const db = openDatabase(join(folder, 'shiplog.db'))
  const ship = { ...worldOn(db), now: () => new Date() }
  await setStatusByHand(ship, { component_id: components.storefront.id, status: 'major_outage' })
  await db.destroy()
  const { out } = await shiplog('export', dir)
  assert.match(out, /[1-9]\d* written/)
  assert.match(readFileSync(join(dir, 'index.html'), 'utf8'), /Storefront is down/)
  const same = all().filter((file) => before.get(file) === statSync(file).mtimeMs)
  assert.ok(
    same.some((file) => file.endsWith('rollbacks/index.html')),
    'a page that tells of no status was written again',
  )
})

test('a folder that holds anything else is left alone', async (t) => {
  const { shiplog, folder } = await shop(t)
  const own = join(folder, 'own')
  mkdirSync(own)
  writeFileSync(join(own, 'letter.txt'), 'Dear Ada')
  const { code, err } = await shiplog('export', own)
  assert.equal(code, 2)
  assert.match(err, /holds files that no export wrote/)
  assert.deepEqual(readdirSync(own), ['letter.txt'])
  assert.equal((await shiplog('export')).code, 2)
})

test('a manifest that was changed by somebody leads to no file outside of the folder', async (t) => {
  const { shiplog, folder, dir } = await shop(t)
  await shiplog('export', dir)
  const letter = join(folder, 'letter.txt')
  writeFileSync(letter, 'Dear Ada')
  const lies = [
    '["../letter.txt"]',
    `["${letter}"]`,
    '["releases/../../letter.txt"]',
    '[1]',
    '{}',
    'null',
    '[',
  ]
  for (const lie of [...lies, '["."]', '[""]', '[".shiplog-export.json"]']) {
    writeFileSync(join(dir, '.shiplog-export.json'), lie)
    const { code, err } = await shiplog('export', dir)
    assert.equal(code, 2, lie)
    assert.match(err, /is no file of an export|is not as an export writes it/, lie)
  }
  assert.equal(readFileSync(letter, 'utf8'), 'Dear Ada')
})

test('nothing is written or removed behind a link in the folder', async (t) => {
  const { shiplog, folder, dir } = await shop(t)
  await shiplog('export', dir)
  const own = join(folder, 'own')
  mkdirSync(own)
  writeFileSync(join(own, 'index.html'), 'mine')
  rmSync(join(dir, 'index.html'))
  symlinkSync(join(own, 'index.html'), join(dir, 'index.html'))
  const list = join(dir, '.shiplog-export.json')
  writeFileSync(join(own, 'list'), '["index.html"]')
  rmSync(list)
  symlinkSync(join(own, 'list'), list)
  assert.equal((await shiplog('export', dir)).code, 0)
  for (const file of ['index.html', '.shiplog-export.json']) assert.ok(lstatSync(join(dir, file)).isFile())
  assert.equal(readFileSync(join(own, 'list'), 'utf8'), '["index.html"]')

  rmSync(join(dir, 'releases'), { recursive: true })
  symlinkSync(own, join(dir, 'releases'))
  const { code, err } = await shiplog('export', dir)
  assert.equal(code, 2)
  assert.match(err, /is a link/)
  assert.equal(readFileSync(join(own, 'index.html'), 'utf8'), 'mine')
  assert.deepEqual(readdirSync(own), ['index.html', 'list'])
})
