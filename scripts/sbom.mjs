// `npm run -s sbom`: what production runs on, as CycloneDX. npm's own `--omit=dev` also leaves out what both the program
// and its test tools need; so everything is asked for, and what the lock file says is for development alone taken out.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** @type {Record<string, { version?: string, dev?: boolean, devOptional?: boolean }>} */
const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
const needed = new Set(
  Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
)

const npm = process.env.npm_execpath
const [file, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []]
const words = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only']
const { status, stdout } = spawnSync(file, [...first, ...words], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
  stdio: ['ignore', 'pipe', 'inherit'],
})
if (status !== 0) process.exit(status ?? 1)

const bill = JSON.parse(stdout)
/** @param {{ group?: string, name: string, version: string }} component */
const isNeeded = ({ group, name, version }) => needed.has(`${group ? `${group}/` : ''}${name}@${version}`)
bill.components = bill.components.filter(isNeeded)
const refs = new Set([
  bill.metadata.component['bom-ref'],
  ...bill.components.map((/** @type {{ 'bom-ref': string }} */ one) => one['bom-ref']),
])
bill.dependencies = bill.dependencies
  .filter((/** @type {{ ref: string }} */ { ref }) => refs.has(ref))
  .map((/** @type {{ ref: string, dependsOn?: string[] }} */ { ref, dependsOn = [] }) => ({
    ref,
    dependsOn: dependsOn.filter((one) => refs.has(one)),
  }))
console.log(JSON.stringify(bill, null, 2))
