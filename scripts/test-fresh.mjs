// Proves "two commands on a fresh machine": clones HEAD into an empty folder, with an empty npm cache, an
// empty user cache and an empty home, and runs `npm test` there on the machine's own Node.
//   npm run test:fresh                        the tests
//   npm run test:fresh -- --start             `npm start` until it serves, and a second one with the clock on it
//   npm run test:fresh -- --node /path/node   as if that Node were the machine's own
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const secondStartLimit = 1500 // ms
const { values } = parseArgs({ options: { start: { type: 'boolean' }, node: { type: 'string' } } })
const root = fileURLToPath(new URL('..', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'shiplog-fresh-'))
const clone = join(place, 'shiplog')
const env = emptyEnvironment()

try {
  execute('git', ['clone', '--quiet', '--no-hardlinks', root, clone], root)
  execute('node', ['--version'], place)
  const began = Date.now()
  if (values.start) await startTwice()
  else execute('npm', ['test'], clone)
  console.log(`A fresh clone passed in ${seconds(Date.now() - began)}.`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(place, { recursive: true, force: true, maxRetries: 3 })
}

/** The machine as it is, less what npm and this checkout put there; its way to the registry is kept. */
function emptyEnvironment() {
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules/'))
  if (values.node) folders.unshift(dirname(resolve(values.node)))

  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_(?!EXTRA_CA)|SHIPLOG|CHROMIUM)/i.test(name),
  )
  for (const folder of ['home', 'npm', 'cache', 'tmp']) mkdirSync(join(place, folder))
  return {
    ...Object.fromEntries(kept),
    PATH: [...new Set(folders)].join(delimiter),
    HOME: join(place, 'home'),
    TMPDIR: join(place, 'tmp'),
    XDG_CACHE_HOME: join(place, 'cache'),
    npm_config_cache: join(place, 'npm'),
    npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
  }
}

async function startTwice() {
  console.log(`First start: serving after ${seconds(await timeOfStart())}.`)
  const took = await timeOfStart()
  console.log(`Second start: serving after ${seconds(took)}.`)
  if (took > secondStartLimit) throw new Error(`The second start may take ${seconds(secondStartLimit)}.`)
}

/** Starts the program as a person would, waits until it serves, and stops it again. */
async function timeOfStart() {
  const port = await freePort()
  const began = Date.now()
  const program = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...env, PORT: String(port) },
    stdio: 'inherit',
  })
  const end = once(program, 'exit')
  const gone = end.then(() => Promise.reject(new Error('npm start ended before it served.')))
  await Promise.race([gone, served(`http://127.0.0.1:${port}/livez`)])
  const took = Date.now() - began

  gone.catch(() => {})
  program.kill('SIGTERM')
  const [code] = await end
  if (code !== 0) throw new Error(`SIGTERM to npm ended it with ${code}, not with 0.`)
  if (await answers(`http://127.0.0.1:${port}/livez`))
    throw new Error('It still serves after SIGTERM to npm.')
  return took
}

/** @param {string} url */
async function served(url) {
  for (const limit = Date.now() + 300_000; Date.now() < limit; await sleep(10)) {
    if (await answers(url)) return
  }
  throw new Error(`Nothing answered at ${url} for five minutes.`)
}

/** @param {string} url */
async function answers(url) {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  )
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  return port
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function execute(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? status}`)
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
