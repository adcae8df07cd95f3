import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { createComponent } from '../components/actions.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateTo } from '../platform/migrate.ts'
import { shell } from '../testing/shell.ts'
import { withStore } from './open.ts'

const probe = join(import.meta.dirname, '../../scripts/backup-probe.ts')
/**
 * Milliseconds that the server's thread may stand still while a backup is made. The promise is 50 on a machine of its
 * own; beside other tests this thread waits for its turn, as it does without a backup.
 */
const longestStall = (without: number) => Math.max(250, 3 * without)

type Told = { probe: string; path: string; took: number; stall: number; stall_without: number; bytes: number }

/** Delivers as fast as it can until told to stop; a run counts once it was acknowledged. */
function deliverers(address: string, token: string, count: number) {
  const acknowledged: string[] = []
  let going = true
  const loops = Array.from({ length: count }, async (_, lane) => {
    for (let number = 0; going; number += 1) {
      const run = `${lane}-${number}`
      const body = JSON.stringify({ type: 'release.started', run, service: 'checkout', version: run })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${address}/api/v1/events`, { method: 'POST', headers, body })
      await answer.arrayBuffer()
      if (answer.status === 202) acknowledged.push(run)
    }
  })
  const stop = async () => {
    going = false
    await Promise.all(loops)
  }
  return { acknowledged, stop }
}

function runsIn(file: string): Set<string> {
  const store = new Sqlite(file, { readonly: true })
  const runs = store.prepare('select run_key from releases').pluck().all() as string[]
  store.close()
  return new Set(runs)
}

test('a backup in a server under load holds every acknowledgement before it, and nobody waits for it', async (t) => {
  const { shiplog, serving, env } = shell(t, { SHIPLOG_LOG_LEVEL: 'error' })
  await withStore(env, (ctx) => createComponent(ctx, { name: 'Checkout' }))
  const { out: token } = await shiplog('token', 'create', '--name', 'ci', '--scope', 'releases:write')
  const { address, child } = await serving(['serve'], { NODE_OPTIONS: `--import ${probe}` })
  const told = Promise.withResolvers<Told>()
  let before: string[] = []
  let said = ''
  const load = deliverers(address, token.trim(), 8)
  child.stderr.on('data', (words) => {
    said += words
    for (const line of said.split('\n').slice(0, -1)) {
      if (!line.startsWith('{"probe"')) continue
      const read = JSON.parse(line) as Told
      if (read.probe === 'begun' && before.length === 0) before = [...load.acknowledged]
      if (read.probe === 'done') told.resolve(read)
    }
  })
  const begun = performance.now()
  child.kill('SIGUSR2')
  const { path, stall, stall_without, took, bytes } = await told.promise
  await load.stop()
  const perSecond = Math.round(load.acknowledged.length / ((performance.now() - begun) / 1000))
  t.diagnostic(
    `${perSecond} acknowledged each second; ${bytes} bytes in ${took.toFixed()} ms; longest stall ${stall.toFixed(1)} ms with it, ${stall_without.toFixed(1)} ms without`,
  )
  const there = runsIn(join(path, 'shiplog.db'))
  assert.deepEqual(
    before.filter((run) => !there.has(run)),
    [],
  )
  assert.ok(before.length > 10)
  assert.ok(stall <= longestStall(stall_without), `${stall} ms`)
})

test('the drill: backed up while it serves, lost, restored, served again with calls paused', async (t) => {
  const { shiplog, spawned, serving, folder, env } = shell(t)
  await withStore(env, (ctx) => createComponent(ctx, { name: 'Checkout' }))
  const first = await serving(['serve'])
  const made = await spawned(['backup'])
  assert.equal(made.code, 0)
  assert.match(made.err, /rows.*SHA-256 [0-9a-f]{64}\. Keep SHIPLOG_SECRET elsewhere: it is not in it/)
  const backup = made.out.trim()
  assert.equal(join(backup, '..'), join(folder, 'backups'))
  assert.ok(
    !readFileSync(join(backup, 'manifest.json'), 'utf8').includes(
      readFileSync(join(folder, 'secret'), 'utf8').trim(),
    ),
  )
  const early = await shiplog('restore', backup, '--force')
  assert.deepEqual([early.code, early.out], [1, ''])
  assert.match(early.err, /Shiplog is running on .* Stop it first/)
  assert.equal(await first.stop(), 0)
  writeFileSync(join(folder, 'shiplog.db'), 'lost')
  assert.match((await shiplog('restore', backup)).err, /With --force/)
  const restored = await shiplog('restore', backup, '--force')
  assert.equal(restored.code, 0, restored.err)
  assert.match(
    restored.out,
    /^Restored as it was at 20.*is .*replaced-.* now\.\nEverybody has to sign in again/s,
  )
  const second = await serving(['serve'])
  assert.match(await (await fetch(second.address)).text(), /Checkout/)
  assert.match((await shiplog('outbound')).out, /^Paused since .* by command line: The data was restored/)
  assert.match((await shiplog('outbound', 'resume', '--drop')).out, /^Calls go out again/)
  assert.equal((await shiplog('outbound', 'resume')).code, 1)
  assert.equal((await shiplog('outbound', 'pause', '--why', 'We move.')).code, 0)
  assert.match((await shiplog('outbound')).out, /We move\. 0 waiting/)
})

test('a disk that fills during a backup leaves no half of it, and the database as it was', async (t) => {
  const { shiplog, folder } = shell(t)
  await shiplog('migrate')
  const { code, err } = await limited(t, folder, 300)
  assert.equal(code, 1)
  assert.match(err, /cannot be used \(SQLITE_(FULL|IOERR_WRITE)\)|disk/i)
  assert.deepEqual(readdirSync(join(folder, 'backups')), [])
  assert.equal((await shiplog('backup')).code, 0)
  assert.equal(readdirSync(join(folder, 'backups')).length, 1)
})

/** Runs a backup in a process that may write no file longer than so many kilobytes. */
async function limited(t: TestContext, folder: string, kilobytes: number) {
  const { spawn } = await import('node:child_process')
  const { text } = await import('node:stream/consumers')
  const main = join(import.meta.dirname, '../main.ts')
  const script = `trap '' XFSZ; ulimit -f ${kilobytes * 2}; exec "$0" "$1" backup`
  const child = spawn('sh', ['-c', script, process.execPath, main], { env: { SHIPLOG_DATA_DIR: folder } })
  t.after(() => void child.kill('SIGKILL'))
  const [err] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, err }
}

test('on PostgreSQL both commands say what to use instead', async (t) => {
  const { shiplog } = shell(t, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
  for (const argv of [['backup'], ['restore', '/nowhere']]) {
    const { code, out, err } = await shiplog(...argv)
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /pg_dump --format=custom and pg_restore.*docs\/backups\.md/)
  }
})

test('misuse is told in words', async (t) => {
  const { shiplog } = shell(t)
  for (const argv of [
    ['backup', 'here'],
    ['restore'],
    ['restore', 'a', 'b'],
    ['outbound', 'stop'],
    ['outbound', 'pause', 'x'],
  ]) {
    assert.equal((await shiplog(...argv)).code, 2, argv.join(' '))
  }
})

test('an upgrade whose process is killed at any moment goes on at the next start, and was backed up', async (t) => {
  const { folder, spawned, env, serving } = shell(t)
  const file = join(folder, 'shiplog.db')
  const db = openDatabase(file)
  await migrateTo(db, '0012-public-reading')
  await db.destroy()
  const { spawn } = await import('node:child_process')
  const main = join(import.meta.dirname, '../main.ts')
  for (const millis of [0, 15, 40]) {
    const child = spawn(process.execPath, [main, 'migrate'], { env: { ...env, SHIPLOG_LOG_LEVEL: 'info' } })
    const ended = once(child, 'close')
    // from the first word of an upgrade on, so that it is in the middle
    await Promise.race([once(child.stderr, 'data'), ended])
    setTimeout(() => child.kill('SIGKILL'), millis)
    await ended
  }
  const last = await spawned(['migrate'])
  assert.equal(last.code, 0, last.err)
  assert.ok(existsSync(join(folder, 'before-upgrade')))
  const server = await serving(['serve'])
  assert.equal((await fetch(`${server.address}/readyz`)).status, 200)
})
