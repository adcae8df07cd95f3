import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from './scratch.ts'

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
const small = { name: 'small', version: '1.0.0', type: 'module', scripts }
const posix = { skip: process.platform === 'win32' }

/** A small project with the real launcher, in which nothing is left to install. */
function project(t: TestContext, program: string, engines = { node: '>=20' }) {
  const root = scratch(t)
  cpSync(import.meta.dirname, join(root, 'scripts'), { recursive: true })
  mkdirSync(join(root, 'src'))
  mkdirSync(join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...small, engines }))
  for (const lock of ['package-lock.json', 'node_modules/.package-lock.json']) {
    writeFileSync(join(root, lock), JSON.stringify({ packages: {} }))
  }
  writeFileSync(join(root, 'src/main.ts'), program)
  return root
}

function run(root: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const command = [join(root, 'scripts/run.mjs'), ...args]
  return spawnSync(process.execPath, command, { encoding: 'utf8', env: { ...process.env, ...env } })
}

async function started(
  t: TestContext,
  root: string,
  command = [process.execPath, 'scripts/run.mjs', 'src/main.ts'],
) {
  const [file = '', ...args] = command
  const launcher = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => launcher.kill('SIGKILL'))
  const lines: string[] = []
  launcher.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(text))
  await once(launcher.stdout, 'data')
  return { launcher, lines }
}

const slowToLeave = `
  process.on('SIGTERM', () => setTimeout(() => { console.log('goodbye'); process.exit(3) }, 20))
  setInterval(() => {}, 1000)
  console.log('ready')`

test('the program gets its arguments, and standard output is the program’s alone', (t) => {
  const root = project(t, 'console.log(process.argv.slice(2).join(" "))')
  const { status, stdout, stderr } = run(root, ['src/main.ts', 'token', 'create', '--name', 'a b'])
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: 'token create --name a b\n', stderr: '' })
})

test('the program’s exit code comes back', (t) => {
  assert.equal(run(project(t, 'process.exitCode = 7'), ['src/main.ts']).status, 7)
})

test('what the program starts finds the same Node', posix, (t) => {
  const root = project(
    t,
    'import { execSync } from "node:child_process"; console.log(execSync("node -p process.execPath") + "")',
  )
  assert.equal(run(root, ['src/main.ts'], { PATH: '/usr/bin:/bin' }).stdout.trim(), process.execPath)
})

test('SIGTERM reaches the program, which ends in its own time', posix, async (t) => {
  const { launcher, lines } = await started(t, project(t, slowToLeave))
  launcher.kill('SIGTERM')
  const [code] = await once(launcher, 'close')
  assert.equal(code, 3)
  assert.equal(lines.join(''), 'ready\ngoodbye\n')
})

test('SIGTERM to npm start reaches the program too', posix, async (t) => {
  const { launcher, lines } = await started(t, project(t, slowToLeave), ['npm', '--silent', 'start'])
  launcher.kill('SIGTERM')
  const [code] = await once(launcher, 'close')
  assert.equal(code, 3)
  assert.equal(lines.join(''), 'ready\ngoodbye\n')
})

test('a program that dies by a signal is reported as a shell would', posix, async (t) => {
  const { launcher } = await started(t, project(t, `setInterval(() => {}, 1000); console.log('ready')`))
  launcher.kill('SIGTERM')
  const [code] = await once(launcher, 'close')
  assert.equal(code, 143)
})

test('without a Node that is new enough and without npm, a sentence says what to do', (t) => {
  const root = project(t, 'console.log("never")', { node: '>=99.1' })
  const { status, stdout, stderr } = run(root, ['src/main.ts'], {
    XDG_CACHE_HOME: join(root, 'cache'),
    npm_execpath: '',
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
  })
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /needs Node 99\.1 or newer .* fetching Node 26 from npm/)
  assert.match(stderr, /Fetching one failed; install Node 26 and try again\.\n$/)
})

test('a cache that cannot be written ends the start with the same sentence', (t) => {
  const root = project(t, 'console.log("never")', { node: '>=99.1' })
  const { status, stderr } = run(root, ['src/main.ts'], { XDG_CACHE_HOME: join(root, 'package.json') })
  assert.equal(status, 1)
  assert.match(stderr, /ENOTDIR.*\n.*Fetching one failed; install Node 26 and try again\.\n$/)
})

test('packages that cannot be installed end the start with a sentence', (t) => {
  const root = project(t, 'console.log("never")')
  const wanted = { ...small, dependencies: { fastify: '5.12.8' } }
  const fastify = { version: '5.12.8', integrity: `sha512-${'A'.repeat(86)}==` }
  const packages = { '': wanted, 'node_modules/fastify': fastify }
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...wanted, engines: { node: '>=20' } }))
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ ...wanted, lockfileVersion: 3, packages }))

  const { status, stdout, stderr } = run(root, ['src/main.ts'], {
    npm_config_cache: join(root, 'npm'),
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
  })
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^Installing the packages the program needs/)
  assert.match(stderr, /could not be installed; npm's own words are above\.\n$/)
})
