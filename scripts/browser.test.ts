import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, browserPath, findBrowser } from '../e2e/browser.ts'

/** A machine on which only these files exist. */
function machine(files: string[], env: NodeJS.ProcessEnv = { PATH: '/usr/local/bin:/usr/bin' }) {
  const disk = new Set(files)
  return {
    disk,
    env,
    exists: (path: string) => disk.has(path),
    playwrightsOwn: () => '/cache/ms-playwright/chrome',
    isRoot: true,
    places: ['/opt/google/chrome/chrome'],
  }
}

test('the browser that is named comes first, then Playwright’s own, then the machine’s', () => {
  const files = ['/named', '/cache/ms-playwright/chrome', '/usr/bin/chromium', '/opt/google/chrome/chrome']
  const PATH = '/usr/local/bin:/usr/bin'
  assert.equal(findBrowser(machine(files, { PATH, CHROMIUM_PATH: '/named' })), '/named')
  assert.equal(findBrowser(machine(files)), '/cache/ms-playwright/chrome')
  assert.equal(findBrowser(machine(files.slice(2))), '/usr/bin/chromium')
  assert.equal(findBrowser(machine(files.slice(3))), '/opt/google/chrome/chrome')
  assert.equal(findBrowser(machine([])), undefined)
})

test('one without windows comes before the others, and root on Debian gets it where there is none', async (t) => {
  t.mock.method(console, 'error', () => {})
  const both = machine([
    '/usr/bin/chromium',
    '/usr/bin/chromium-headless-shell',
    '/cache/ms-playwright/chrome',
  ])
  assert.equal(findBrowser(both), '/usr/bin/chromium-headless-shell')
  const debian = machine(['/usr/bin/chromium', '/etc/debian_version'])
  const apt = (command: string, ...args: string[]) => {
    if (args.includes('chromium-headless-shell')) debian.disk.add('/usr/bin/chromium-headless-shell')
    return command === 'apt-get'
  }
  assert.equal(await browserPath({ ...debian, isRoot: false }, apt), '/usr/bin/chromium')
  assert.equal(await browserPath(debian, () => false), '/usr/bin/chromium')
  assert.equal(await browserPath(debian, apt), '/usr/bin/chromium-headless-shell')
})

test('a browser that is named and is not there is never replaced by another', () => {
  const wrong = machine(['/usr/bin/chromium'], { CHROMIUM_PATH: '/nowhere' })
  assert.throws(() => findBrowser(wrong), /CHROMIUM_PATH names \/nowhere/)
})

test('a missing browser is installed by Playwright, if what it brings starts', async (t) => {
  t.mock.method(console, 'error', () => {})
  const bare = machine([])
  const ran: string[] = []
  const path = await browserPath(bare, (command, ...args) => {
    ran.push([command, ...args].slice(2).join(' ') || args.join(' '))
    bare.disk.add('/cache/ms-playwright/chrome')
    return true
  })
  assert.equal(path, '/cache/ms-playwright/chrome')
  assert.deepEqual(ran, ['install chromium', '--version'])
})

test('where Playwright cannot, Debian’s packages are asked, by root alone', async (t) => {
  t.mock.method(console, 'error', () => {})
  const bare = machine(['/etc/debian_version', '/cache/ms-playwright/chrome-that-lacks-libraries'])
  const apt = (command: string, ...args: string[]) => {
    if (command === 'apt-get' && args.includes('chromium')) bare.disk.add('/usr/bin/chromium')
    return command === 'apt-get'
  }
  await assert.rejects(browserPath({ ...bare, isRoot: false }, apt), { message: advice })
  assert.equal(await browserPath(bare, apt), '/usr/bin/chromium')
})

test('where nothing helps, a sentence says what to do', async (t) => {
  t.mock.method(console, 'error', () => {})
  const nothing = async () => browserPath(machine(['/etc/debian_version']), () => false)
  await assert.rejects(nothing, /install Chromium or Chrome, or name one in CHROMIUM_PATH/)
})
