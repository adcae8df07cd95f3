import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { openDatabase } from '../platform/database.ts'
import { migrateTo } from '../platform/migrate.ts'
import { backupUnderLoad } from '../testing/loaded-backup.ts'
import { shell } from '../testing/shell.ts'
import { withStore } from './open.ts'

/**
 * Milliseconds that the server's thread may stand still while a backup is made. The promise is 50 on a machine of its
 * own; beside other tests this thread waits for its turn, as it does without a backup.
 */
const longestStall = (without: number) => Math.max(250, 3 * without)

test('a backup in a server under load holds every acknowledgement before it, and nobody waits for it', async (t) => {
  const { before, there, stall, stall_without } = await backupUnderLoad(t)
  assert.deepEqual(
    before.filter((run) => !there.has(run)),
    [],
  )
  assert.ok(before.length >= 20)
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
