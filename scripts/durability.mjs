// `npm run test:durability`: what needs root, Linux and tools that break a machine on purpose. A file or an option of
// node's narrows it: npm run test:durability -- durability/x.test.ts
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { runToEnd } from './child.mjs'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const minutes = 60_000

/** What is installed where it is missing: Debian's name of it, whether it is here, and what needs it. */
const tools = [
  { name: 'strace', isHere: () => onPath('strace'), for: 'power loss, fsync errors' },
  { name: 'faketime', isHere: () => onPath('faketime'), for: 'clock jumps' },
  { name: 'postgresql', isHere: hasPostgres, for: 'the tests on Debian’s PostgreSQL' },
]

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('-'))
const options = args.filter((arg) => arg.startsWith('-'))
const files = named.length > 0 ? named : globSync('durability/**/*.test.ts').sort()

installMissing()
sayWhatCannotRun()
process.exitCode = await inPairsThenAlone()

/**
 * Two at a time, to be over within ten minutes. Some of them measure time, which the neighbour takes from them: what
 * failed is tried once more, alone, and only then it counts.
 */
async function inPairsThenAlone() {
  const state = join(mkdtempSync(join(tmpdir(), 'shiplog-durability-')), 'passed.json')
  try {
    const code = await attempt(2, state)
    if (code === 0) return 0
    console.error('What failed is tried once more, alone.')
    return await attempt(1, state)
  } finally {
    rmSync(dirname(state), { recursive: true, force: true })
  }
}

/**
 * @param {number} together
 * @param {string} state
 */
function attempt(together, state) {
  const how = ['--test', '--test-reporter=spec', `--test-timeout=${8 * minutes}`]
  const again = [`--test-concurrency=${together}`, `--test-rerun-failures=${state}`]
  return runToEnd(process.execPath, [...how, ...again, ...options, ...files])
}

function installMissing() {
  const missing = tools.filter((tool) => !tool.isHere())
  if (missing.length === 0 || !isRoot || !existsSync('/etc/debian_version')) return
  console.error(`Installing ${missing.map(({ name }) => name).join(', ')} with apt-get, once.`)
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing.map(({ name }) => name)]
  if (!run('apt-get', ...install)) run('apt-get', 'update', '-qq') && run('apt-get', ...install)
}

/** A test that lacks what it needs skips itself and says why; here is the whole of it, at the beginning. */
function sayWhatCannotRun() {
  if (!isLinux) console.error(`This is ${process.platform}: what needs Linux is skipped.`)
  if (!isRoot) console.error('This is not root: what fills disks or mounts folders read-only is skipped.')
  for (const tool of tools.filter((tool) => !tool.isHere())) {
    console.error(`There is no ${tool.name}: ${tool.for} cannot be tried.`)
  }
}

/** @param {string} program */
function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder && existsSync(join(folder, program)))
}

function hasPostgres() {
  return globSync('/usr/lib/postgresql/*/bin/postgres').length > 0
}

/**
 * What an installer prints goes to standard error.
 * @param {string} command
 * @param {string[]} words
 */
function run(command, ...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, words, { stdio: ['ignore', 2, 2], env }).status === 0
}
