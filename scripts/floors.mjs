// What is known of versions that must not be used: read by the test of the lock file.
/**
 * @typedef {Record<string, { version?: string, integrity?: string, resolved?: string, dev?: boolean }>} Packages
 * @typedef {{ floors: Record<string, Record<string, string>>, never: Record<string, string> }} Known
 */

/**
 * What in a lock file is older than it may be, of a major version nobody looked at, or must not be there at all.
 * @param {Packages} packages
 * @param {Known} known
 */
export function belowFloors(packages, { floors, never }) {
  return Object.entries(packages).flatMap(([path, { version = '' }]) => {
    const name = path.split('node_modules/').at(-1) ?? ''
    if (path !== '' && name in never) return [`${name}: ${never[name]}`]
    const floor = floors[name]
    if (path === '' || !floor) return []
    const least = floor[version.split('.')[0] ?? '']
    if (!least) return [`${name} ${version}: nobody has looked at this major version (${floor.why})`]
    return isOlder(version, least) ? [`${name} ${version} is older than ${least}: ${floor.why}`] : []
  })
}

/**
 * Packages whose content is not checked when they are installed, or that come from elsewhere than npm's registry.
 * @param {Packages} packages
 */
export function unchecked(packages) {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .filter(
      ([, { integrity = '', resolved = 'https://registry.npmjs.org/' }]) =>
        !integrity.startsWith('sha512-') || !resolved.startsWith('https://registry.npmjs.org/'),
    )
    .map(([path]) => path)
}

/**
 * @param {string} one
 * @param {string} other
 */
function isOlder(one, other) {
  const [a, b] = [one, other].map((version) => version.split(/[.-]/).slice(0, 3).map(Number))
  for (const at of [0, 1, 2]) {
    const [left, right] = [a?.[at] ?? 0, b?.[at] ?? 0]
    if (left !== right) return left < right
  }
  return one.includes('-') && !other.includes('-')
}
