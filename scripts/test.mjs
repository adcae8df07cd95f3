// `npm test`: types, then lint, then every test in one run of node:test, whose counts close the output.
// `--unit` leaves the browser out. Files and node's own options narrow it: npm test -- src/x.test.ts
import { runToEnd } from './child.mjs'

const [unitOnly, args] = [
  process.argv.includes('--unit'),
  process.argv.slice(2).filter((arg) => arg !== '--unit'),
]
const files = args.filter((arg) => !arg.startsWith('-'))
const options = args.filter((arg) => arg.startsWith('-'))

try {
  if (files.length === 0) {
    await step('Types', 'node_modules/typescript/bin/tsc', '-p', '.')
    await step('Lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')
  }
  if (files.length === 0 ? !unitOnly : files.some((file) => file.includes('e2e/'))) await findBrowser()
  await step(
    'Tests',
    '--test',
    '--test-reporter=spec',
    '--test-timeout=120000',
    '--test-concurrency=2',
    ...options,
    ...targets(),
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** Each story has a process of its own; all other tests share two, which is ten times as fast. */
function targets() {
  if (files.length > 0) return files
  const units = ['scripts/unit.mjs', 'scripts/processes.mjs']
  return unitOnly ? units : [...units, 'e2e/**/*.test.ts']
}

/** Once, before the stories, which would otherwise each look for it, or each install it. */
async function findBrowser() {
  const { browserPath } = await import('../e2e/browser.ts')
  process.env.CHROMIUM_PATH = await browserPath()
}

/**
 * @param {string} name
 * @param {string[]} command
 */
async function step(name, ...command) {
  const code = await runToEnd(process.execPath, command)
  if (code !== 0) throw new Error(`${name}: failed.`)
}
