import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import type { Browser } from 'playwright'
import { launchBrowser } from './browser.ts'
import { person } from './people.ts'
import { type Server, startServer } from './server.ts'

const data_dir = mkdtempSync(join(tmpdir(), 'shiplog-broken-'))
const file = (name: string) => join(data_dir, name)
let browser: Browser
let server: Server | undefined

before(async () => {
  browser = await launchBrowser()
  await openShop()
})
afterEach(async () => {
  await server?.stop()
})
after(async () => {
  await browser?.close()
  rmSync(data_dir, { recursive: true, force: true })
})

/** A page that was read while all was well, and a copy of its database for after the bad day. */
async function openShop() {
  server = await startServer({ data_dir })
  const token = await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')
  const post = (path: string, body: object) =>
    fetch(`${server?.origin}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  await post('/api/v1/components', { name: 'Checkout' })
  await post('/api/v1/events', {
    type: 'release.succeeded',
    run: '1',
    service: 'checkout',
    version: '2.14.0',
  })
  for (const path of public_paths) assert.equal((await fetch(server.origin + path)).status, 200, path)
  await until(
    async () => existsSync(file('pages')) && readdirSync(file('pages')).length >= public_paths.length,
  )
  await server.kill('SIGTERM')
  for (const name of ['shiplog.db-wal', 'shiplog.db-shm']) rmSync(file(name), { force: true })
  copyFileSync(file('shiplog.db'), file('copy.db'))
}

const public_paths = [
  '/',
  '/releases',
  '/components/checkout',
  '/api/v1/components',
  '/api/v2/summary.json',
  '/history.atom',
  '/badge/checkout.svg',
]

async function until(isSo: () => Promise<boolean>) {
  const limit = performance.now() + 15_000
  while (!(await isSo())) {
    if (performance.now() > limit) throw new Error('It never came to be so.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** How old an answer says that it is, in seconds; null for one of now. */
async function ageOf(path: string) {
  const answer = await fetch(`${server?.origin}${path}`)
  assert.equal(answer.status, 200, path)
  assert.match(await answer.text(), /Checkout|feed xmlns/, path)
  return answer.headers.get('age')
}

async function allAreOld() {
  for (const path of public_paths) assert.match(String(await ageOf(path)), /^\d+$/, path)
}

async function comesBack() {
  await until(async () => (await ageOf('/')) === null)
  for (const path of public_paths) await until(async () => (await ageOf(path)) === null)
  assert.equal((await fetch(`${server?.origin}/readyz`)).status, 200)
}

const restores: Record<string, { breaks(): () => void }> = {
  'is nonsense': {
    breaks() {
      writeFileSync(file('shiplog.db'), 'This is not a database any more. '.repeat(500))
      return () => copyFileSync(file('copy.db'), file('shiplog.db'))
    },
  },
  'is missing': {
    breaks() {
      renameSync(file('shiplog.db'), file('lost.db'))
      return () => renameSync(file('lost.db'), file('shiplog.db'))
    },
  },
  'is locked by another program': {
    breaks() {
      const other = new Sqlite(file('shiplog.db'))
      other.pragma('locking_mode = EXCLUSIVE')
      other.exec('begin exclusive')
      return () => other.close()
    },
  },
}

for (const [how, { breaks }] of Object.entries(restores)) {
  test(`while the database ${how} a start serves the pages of before, and those of now once it is back`, async () => {
    const mend = breaks()
    server = await startServer({ data_dir })
    try {
      await allAreOld()
      assert.equal((await fetch(`${server.origin}/readyz`)).status, 503)
      assert.equal((await fetch(`${server.origin}/login`)).status, 503)
      assert.equal((await fetch(`${server.origin}/livez`)).status, 200)
    } finally {
      mend()
    }
    await comesBack()
  })
}

test('a visitor is told calmly how old the page is, and sees it renew itself once the database is back', async () => {
  writeFileSync(file('shiplog.db'), 'nonsense '.repeat(2000))
  server = await startServer({ data_dir })
  const { page, faults } = await person(browser, server.origin)
  await page.goto('/')
  await page.getByText('This page shows what we knew').waitFor()
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Everything is working')
  copyFileSync(file('copy.db'), file('shiplog.db'))
  await comesBack()
  await page.reload()
  await page.locator('.stale').waitFor({ state: 'hidden' })
  assert.deepEqual(faults, [])
})
