import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
/** What the image holds too. */
const parts = ['package.json', 'package-lock.json', 'migrations', 'public', 'src', 'views', 'scripts']

test('what production installs needs no script and no test tool, serves, and is all in its bill of materials', {
  timeout: 180_000,
}, async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'shiplog-production-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  for (const part of parts) cpSync(join(root, part), join(place, part), { recursive: true })
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', ...flags], {
    cwd: place,
    stdio: ['ignore', 2, 2],
  })

  const installed: Record<string, { version?: string; dev?: boolean }> = JSON.parse(
    readFileSync(join(place, 'node_modules/.package-lock.json'), 'utf8'),
  ).packages
  assert.deepEqual(
    Object.keys(installed).filter((path) => installed[path]?.dev),
    [],
  )
  const bytes = globSync('node_modules/**/*', { cwd: place }).reduce(
    (sum, file) => sum + lstatSync(join(place, file)).size,
    0,
  )
  const count = Object.keys(installed).length
  t.diagnostic(`${count} packages, ${(bytes / 1e6).toFixed(1)} MB`)
  assert.ok(count <= 130 && bytes <= 90e6)

  const said = execFileSync('npm', ['run', '-s', 'sbom'], { cwd: place, encoding: 'utf8', maxBuffer: 1e8 })
  const { bomFormat, components } = JSON.parse(said) as {
    bomFormat: string
    components: { group?: string; name: string; version: string }[]
  }
  assert.equal(bomFormat, 'CycloneDX')
  const listed = new Set(
    components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name} ${version}`),
  )
  const missing = Object.entries(installed).map(
    ([path, { version }]) => `${path.split('node_modules/').at(-1)} ${version}`,
  )
  assert.deepEqual(
    missing.filter((one) => !listed.has(one)),
    [],
  )

  const env = {
    PATH: dirname(process.execPath),
    SHIPLOG_DATA_DIR: join(place, 'data'),
    PORT: '0',
    HOST: '127.0.0.1',
  }
  const server = spawn(process.execPath, ['src/main.ts', 'serve'], {
    cwd: place,
    env,
    stdio: ['ignore', 'pipe', 2],
  })
  const ended = once(server, 'exit')
  t.after(() => void server.kill('SIGKILL'))
  const [line] = await once(server.stdout as Readable, 'data')
  const address = /http:\/\/localhost:(\d+)/.exec(String(line))
  for (const path of ['/', '/readyz', '/history.atom', '/badge.svg', '/login']) {
    assert.equal((await fetch(`http://127.0.0.1:${address?.[1]}${path}`)).status, 200, path)
  }
  server.kill('SIGTERM')
  assert.equal((await ended)[0], 0)
})
