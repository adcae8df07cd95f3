import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { chromium } from 'playwright'

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Chromium without windows: the same pages for less than half of the processor's time. */
const light = ['chromium-headless-shell', 'chrome-headless-shell']
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'chrome.exe',
]
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

export const advice =
  'The stories need a browser and none could be found or installed: install Chromium or Chrome, or name one in CHROMIUM_PATH. ' +
  'Everything else runs with: npm run test:unit'

type Machine = {
  env: NodeJS.ProcessEnv
  exists: (path: string) => boolean
  playwrightsOwn: () => string
  isRoot: boolean
  places: string[]
}
type Run = (command: string, ...args: string[]) => boolean

const thisMachine: Machine = {
  env: process.env,
  exists: existsSync,
  playwrightsOwn: () => chromium.executablePath(),
  isRoot: process.getuid?.() === 0,
  places: usualPlaces,
}

export async function launchBrowser() {
  return chromium.launch({ executablePath: await browserPath(), args })
}

/** The browser of this machine, installed first where there is none. */
export async function browserPath(machine = thisMachine, run: Run = runLoudly) {
  const found = findBrowser(machine)
  if (found && isGiven(machine, found)) return found
  const path = installLight(machine, run) ?? found ?? installBrowser(machine, run)
  if (!path) throw new Error(advice)
  return path
}

/** Named, light already, or one that Playwright brought: nothing is put beside it. */
function isGiven({ env, playwrightsOwn }: Machine, path: string) {
  return Boolean(env.CHROMIUM_PATH) || light.includes(basename(path)) || path === playwrightsOwn()
}

export function findBrowser({ env, exists, playwrightsOwn, places }: Machine) {
  if (env.CHROMIUM_PATH) {
    if (exists(env.CHROMIUM_PATH)) return env.CHROMIUM_PATH
    throw new Error(`CHROMIUM_PATH names ${env.CHROMIUM_PATH}, and there is no such file.`)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const onPath = (those: string[]) => folders.flatMap((folder) => those.map((name) => join(folder, name)))
  return [...onPath(light), playwrightsOwn(), ...onPath(names), ...places].find(exists)
}

function installLight(machine: Machine, run: Run) {
  if (!(machine.isRoot && machine.exists('/etc/debian_version'))) return undefined
  console.error(
    'Installing Debian’s chromium-headless-shell with apt-get, once: the stories take half the time.',
  )
  const packages = ['chromium-headless-shell', 'fonts-dejavu-core']
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  run('apt-get', 'update', '-qq')
  run('apt-get', ...install)
  const path = findBrowser(machine)
  return path && light.includes(basename(path)) ? path : undefined
}

function installBrowser(machine: Machine, run: Run) {
  console.error('No browser for the stories was found here: installing one with Playwright.')
  const playwright = join(import.meta.dirname, '../node_modules/playwright/cli.js')
  // Debian's own comes with the libraries it needs, so a downloaded one that does not start is no answer.
  if (run(process.execPath, playwright, 'install', 'chromium')) {
    const path = findBrowser(machine)
    if (path && run(path, '--version')) return path
  }

  if (!(machine.isRoot && machine.exists('/etc/debian_version'))) return undefined
  console.error('That did not work: installing Debian’s chromium with apt-get.')
  const installed =
    run('apt-get', 'update', '-qq') &&
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core')
  return installed ? findBrowser({ ...machine, playwrightsOwn: () => '' }) : undefined
}

/** What an installer prints goes to standard error, so that our own output stays readable by machines. */
function runLoudly(command: string, ...args: string[]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env }).status === 0
}
