import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '..')
const unit = readFileSync(join(root, 'deploy/shiplog.service'), 'utf8')

function folderFor(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-unit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function analyze(t: TestContext, text: string, ...how: string[]) {
  const file = join(folderFor(t), 'shiplog.service')
  writeFileSync(file, text.replace('/usr/bin/node', process.execPath))
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...how, file], { encoding: 'utf8' })
  return { status, words: stdout + stderr }
}

const systemd = spawnSync('systemd-analyze', ['--version']).error
  ? 'systemd-analyze is not here: it comes with systemd.'
  : false
test('systemd reads the unit without a complaint, and finds it well closed', { skip: systemd }, (t) => {
  assert.deepEqual(analyze(t, unit, 'verify'), { status: 0, words: '' })
  const closed = ['security', '--offline=true', '--threshold=20', '--no-pager']
  assert.equal(analyze(t, unit, ...closed).status, 0)
  // that it would say so: a word it does not know, and a unit that is left open
  assert.match(analyze(t, unit.replace('ProtectHome', 'ProtectHouse'), 'verify').words, /ProtectHouse/)
  const open = unit.replace(/^(Protect|Private|Restrict|SystemCall|Capability|NoNew).*\n/gm, '')
  assert.notEqual(analyze(t, open, ...closed).status, 0)
})

const nobody = 65534
/** Everything read-only but the data folder, and nobody's rights: what the unit, and a container's flags, ask for. */
const confined = `
set -e
mount --make-rprivate /
mount --bind "$APP" "$FOLDER/app"
mount --bind "$(dirname "$NODE")" "$FOLDER/node"
mount --bind "$FOLDER/data" "$FOLDER/data"
for each in "$FOLDER/app" "$FOLDER/node" /; do mount -o remount,bind,ro "$each"; done
! touch "$FOLDER/app/x" "$FOLDER/x" 2>"$FOLDER/data/refused"
cd "$FOLDER/app"
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all \\
  "$FOLDER/node/$(basename "$NODE")" src/main.ts serve
`
const rootless = process.getuid?.() !== 0
const lacking = spawnSync('unshare', ['--mount', 'true']).status !== 0 || spawnSync('setpriv', ['true']).error
const skip = rootless || lacking ? 'It takes root, unshare and setpriv to take rights away.' : false
test('70: without root, and with a file system of which only the data folder can be written, it serves', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const folder = folderFor(t)
  for (const name of ['app', 'node', 'data']) mkdirSync(join(folder, name))
  chownSync(join(folder, 'data'), nobody, nobody)
  chmodSync(folder, 0o755)
  const env = {
    PATH: process.env.PATH,
    APP: root,
    NODE: process.execPath,
    FOLDER: folder,
    PORT: '0',
    HOST: '127.0.0.1',
  }
  const child = spawn('unshare', ['--mount', 'sh', '-c', confined], {
    env: { ...env, SHIPLOG_DATA_DIR: join(folder, 'data'), SHIPLOG_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => void child.kill('SIGKILL'))
  let err = ''
  child.stderr.on('data', (words) => {
    err += words
  })
  const ended = once(child, 'close')
  const begun = once(child.stdout, 'data').then(([words]) => String(words))
  const line = await Promise.race([begun, ended.then(() => Promise.reject(new Error(err)))])
  const address = /http:\S+/.exec(line)?.[0]?.replace('localhost', '127.0.0.1') ?? ''
  assert.equal((await fetch(`${address}/`)).status, 200)
  assert.deepEqual(await (await fetch(`${address}/readyz`)).json(), { status: 'ok' })
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  assert.match(status, /^Uid:\s+65534\s+65534/m)
  assert.match(status, /^NoNewPrivs:\s+1$/m)
  assert.match(readFileSync(join(folder, 'data/refused'), 'utf8'), /Read-only file system/)
  child.kill('SIGTERM')
  await ended
  assert.equal(child.exitCode, 0, err)
})
