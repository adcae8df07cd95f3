// `npm test`: types and lint beside every test, in one run of node:test, whose counts close the output.
// `--unit` leaves the browser out. Files and node's own options narrow it: npm test -- src/x.test.ts, and
// TESTS_ON=postgres npm test -- src/x.test.ts for the same on PostgreSQL.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { runToEnd } from './child.mjs'
import { apart, walks } from './which-stories.mjs'

const [unitOnly, args] = [
  process.argv.includes('--unit'),
  process.argv.slice(2).filter((arg) => arg !== '--unit'),
]
const files = args.filter((arg) => !arg.startsWith('-'))
const options = args.filter((arg) => arg.startsWith('-'))

try {
  const everything = files.length === 0
  if (everything ? !unitOnly : files.some((file) => file.includes('e2e/'))) await findBrowser()
  const checks = everything ? [types(), lint()] : []
  const failed = [await tests(), ...(await Promise.all(checks))].filter((one) => one !== null)
  if (failed.length > 0) throw new Error(failed.join('\n'))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/**
 * Few stories have a process of their own; all other tests share some, which is ten times as fast. What takes longest
 * begins first, so that nothing long is left when all else is over.
 */
function everything() {
  const units = ['scripts/unit.mjs', 'scripts/unit-postgres.mjs', 'scripts/processes.mjs']
  if (unitOnly) return units
  return ['scripts/stories.mjs', ...units, ...walks, 'scripts/stories-postgres.mjs', ...apart]
}

async function tests() {
  const postgres = files.length === 0 ? await startPostgres() : null
  try {
    const isGreen = files.length + options.length > 0 ? await asTold() : await inOrder(everything())
    return isGreen ? null : 'Tests: failed.'
  } finally {
    await postgres?.stop()
  }
}

/** Those that were named, or all, with node's own options, which its command line alone understands. */
async function asTold() {
  const how = ['--test', '--test-reporter=spec', '--test-timeout=120000', '--test-concurrency=3']
  const list = files.length > 0 ? files : everything()
  return (await runToEnd(process.execPath, [...how, ...options, ...list])) === 0
}

/**
 * All files in this order, which node's command line would sort by name. Three at once on two cores: a story waits for
 * its browser half of the time. What tests throw away is collected less often, in larger pieces.
 * @param {string[]} list
 * @returns {Promise<boolean>} whether nothing failed
 */
function inOrder(list) {
  const execArgv = ['--min-semi-space-size=64', '--max-semi-space-size=128']
  const how = { concurrency: 3, timeout: 120_000, execArgv }
  return new Promise((done, broken) => {
    let green = true
    const events = run({ files: list.map((file) => resolve(file)), ...how })
    events.on('test:fail', () => {
      green = false
    })
    const words = events.compose(spec)
    words.on('error', broken)
    words.on('end', () => done(green))
    words.pipe(process.stdout)
  })
}

/** One server for the whole run. */
async function startPostgres() {
  const { startTemplateServer } = await import('../src/testing/postgres-template.ts')
  const server = await startTemplateServer()
  process.env.TEST_POSTGRES = server.origin
  return server
}

/** Once, before the stories, which would otherwise each look for it, or each install it. */
async function findBrowser() {
  const { browserPath } = await import('../e2e/browser.ts')
  process.env.CHROMIUM_PATH = await browserPath()
}

/** What was right is remembered, and what it does not touch is not looked at again. */
function types() {
  const kept = ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/types.tsbuildinfo']
  return beside('Types', 'node_modules/typescript/bin/tsc', '-p', '.', ...kept)
}

function lint() {
  return beside('Lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')
}

/**
 * Runs a check while the tests run, and prints what it said in one piece when it failed.
 * @param {string} name
 * @param {string[]} command
 * @returns {Promise<string | null>}
 */
function beside(name, ...command) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (words) => (said += words))
    child.on('close', (code) => {
      if (code !== 0) console.error(said)
      resolve(code === 0 ? null : `${name}: failed.`)
    })
  })
}
