import { spawnSync } from 'node:child_process'

// Quick to give up, because somebody waits for a start; `ignore-scripts`, because nothing needs building.
const flags = [
  '--ignore-scripts',
  '--loglevel=error',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=4000',
]

/**
 * Runs npm in silence and answers whether it worked, with npm's own words where it did not.
 * @param {string[]} args
 * @param {string} cwd
 * @param {string} node
 */
export function npm(args, cwd, node = process.execPath) {
  const own = process.env.npm_execpath
  const windows = process.platform === 'win32'
  const [file, ...first] = own?.endsWith('npm-cli.js') ? [node, own] : [windows ? 'npm.cmd' : 'npm']
  const { status, error, stdout, stderr } = spawnSync(file ?? 'npm', [...first, ...args, ...flags], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows && first.length === 0,
  })
  const complaint = error ? `npm could not be started: ${error.message}` : `${stdout}${stderr}`.trim()
  return { ok: status === 0, complaint }
}
