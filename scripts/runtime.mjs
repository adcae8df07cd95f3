// Which Node the program runs on: the machine's own, else one from the user's cache, else one from npm.
// Plain JavaScript without dependencies, because a Node 20 must be able to read it.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { npm } from './npm.mjs'

export const lts = 26
const { platform, arch } = process

/**
 * The Node to run with; fetched from npm, once, where this machine has none that is new enough.
 * @param {string} range the lowest version, as package.json's "engines" has it
 */
export function findRuntime(range) {
  if (isNewEnough(process.versions.node, range)) return process.execPath

  const cache = cacheFolder()
  return newestIn(cache, range) ?? fetchRuntime(cache, range)
}

/**
 * @param {string} version
 * @param {string} range
 */
export function isNewEnough(version, range) {
  return compareVersions(version, range.replace('>=', '')) >= 0
}

/**
 * @param {string} one
 * @param {string} other
 */
export function compareVersions(one, other) {
  const [a, b] = [one, other].map((version) => version.replace('v', '').split('.').map(Number))
  for (const place of [0, 1, 2]) {
    const difference = (a?.[place] ?? 0) - (b?.[place] ?? 0)
    if (difference) return difference
  }
  return 0
}

/** Outside node_modules, so that a reinstall does not throw it away. */
export function cacheFolder(env = process.env, home = homedir()) {
  const fallback = platform === 'win32' && env.LOCALAPPDATA ? env.LOCALAPPDATA : join(home, '.cache')
  return join(env.XDG_CACHE_HOME || fallback, 'shiplog', 'runtime')
}

/**
 * @param {string} cache
 * @param {string} range
 */
export function newestIn(cache, range) {
  const suffix = `-${platform}-${arch}`
  const found = listed(cache)
    .filter((name) => name.startsWith('node-v') && name.endsWith(suffix))
    .map((name) => name.slice('node-v'.length, -suffix.length))
    .filter((version) => isNewEnough(version, range))
    .sort(compareVersions)
  return found.map((version) => binaryIn(folderOf(cache, version))).findLast(existsSync)
}

/**
 * The name under which npm carries Node for a platform, as the package `node` itself picks it.
 * @param {string} system
 * @param {string} chip
 */
export function runtimePackage(system, chip) {
  if (system === 'win32') return `node-win-${chip === 'ia32' ? 'x86' : chip}`
  return `${system === 'darwin' && chip === 'arm64' ? 'node-bin' : 'node'}-${system}-${chip}`
}

/**
 * @param {string} cache
 * @param {string} range
 */
function fetchRuntime(cache, range) {
  const name = runtimePackage(platform, arch)
  const need = `Shiplog needs Node ${range.replace('>=', '')} or newer and this is ${process.versions.node}`
  console.error(`${need}: fetching Node ${lts} from npm (${name}), once, into ${cache}.`)

  let incoming = ''
  try {
    mkdirSync(cache, { recursive: true })
    sweep(cache)
    incoming = mkdtempSync(join(cache, 'incoming-'))
    const target = ['--prefix', incoming, '--no-save', '--no-package-lock', `${name}@${lts}`]
    const { ok, complaint } = npm(['install', ...target], incoming)
    if (!ok) throw new Error(complaint)
    return settle(join(incoming, 'node_modules', name), cache)
  } catch (error) {
    const cause = error instanceof Error ? error.message : error
    throw new Error(`${cause}\n${need}. Fetching one failed; install Node ${lts} and try again.`)
  } finally {
    if (incoming) rmSync(incoming, { recursive: true, force: true })
  }
}

/**
 * Moves a fetched Node to its place, in one step, so that two at once cannot see half of one.
 * @param {string} unpacked
 * @param {string} cache
 */
export function settle(unpacked, cache) {
  const { version } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))
  const told = spawnSync(binaryIn(unpacked), ['--version'], { encoding: 'utf8' })
  if (told.stdout?.trim() !== `v${version}`) {
    throw new Error(
      `The Node ${version} that npm carries for ${platform} ${arch} does not run on this machine.`,
    )
  }

  const home = folderOf(cache, version)
  try {
    renameSync(unpacked, home)
  } catch (error) {
    if (!existsSync(binaryIn(home))) throw error // else another start was faster, and its copy is as good
  }
  return binaryIn(home)
}

/** Removes what an interrupted fetch left behind more than an hour ago. @param {string} cache */
function sweep(cache) {
  for (const name of listed(cache).filter((name) => name.startsWith('incoming-'))) {
    const left = join(cache, name)
    if (Date.now() - (statSync(left, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 3_600_000) {
      rmSync(left, { recursive: true, force: true })
    }
  }
}

/** @param {string} folder */
function listed(folder) {
  return existsSync(folder) ? readdirSync(folder) : []
}

/**
 * @param {string} cache
 * @param {string} version
 */
function folderOf(cache, version) {
  return join(cache, `node-v${version}-${platform}-${arch}`)
}

/** @param {string} folder */
function binaryIn(folder) {
  return join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node')
}
