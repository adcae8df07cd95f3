// Brings node_modules into line with package-lock.json, and only when it is not.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }} Entry
 * @typedef {Record<string, Entry>} Packages
 */

/**
 * Installs what is missing: what the program needs, or everything that its tests need too.
 * @param {string} root
 * @param {string} node
 * @param {boolean} everything
 */
export function installPackages(root, node, everything) {
  if (isInstalled(root, everything)) return

  exclusively(join(root, '.installing.lock'), () => {
    if (isInstalled(root, everything)) return
    // A developer's folder stays one: a start after a pull must not take the test tools away.
    const all = everything || hasTestTools(packagesIn(root, 'node_modules/.package-lock.json'))
    console.error(`Installing ${all ? 'all packages' : 'the packages the program needs'} (npm ci), once.`)
    const { ok, complaint } = npm(['ci', all ? '--include=dev' : '--omit=dev'], root, node)
    if (!ok) throw new Error(`${complaint}\nThe packages could not be installed; npm's own words are above.`)
  })
}

/**
 * @param {string} root
 * @param {boolean} everything
 */
function isInstalled(root, everything) {
  const wanted = packagesIn(root, 'package-lock.json')
  const present = packagesIn(root, 'node_modules/.package-lock.json') // npm writes it last
  return present !== null && isCovered(wanted ?? {}, present, everything)
}

/**
 * Whether every package that is wanted is present, in that very version.
 * @param {Packages} wanted
 * @param {Packages} present
 * @param {boolean} everything
 */
export function isCovered(wanted, present, everything) {
  return Object.entries(wanted).every(([path, want]) => {
    const have = present[path]
    if (have) return have.version === want.version && have.integrity === want.integrity
    return path === '' || want.optional || want.devOptional || (want.dev && !everything)
  })
}

/** @param {Packages | null} present */
export function hasTestTools(present) {
  return Object.values(present ?? {}).some((entry) => entry.dev)
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {Packages | null}
 */
function packagesIn(root, file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return null
  }
}

/**
 * Two starts in one new folder: the second waits for the first, because `npm ci` begins by emptying node_modules.
 * @param {string} lock
 * @param {() => void} work
 */
export function exclusively(lock, work) {
  for (let told = false; !claim(lock); told = true) {
    if (!told) console.error('Another command is installing packages here; waiting for it.')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
  try {
    work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** @param {string} lock */
function claim(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    if (isAlive(holderOf(lock))) return false
    rmSync(lock, { force: true })
    return claim(lock)
  }
}

/** @param {string} lock */
function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || process.pid // empty while it is being written
  } catch {
    return process.pid
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
