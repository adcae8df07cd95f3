import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { storeFile } from '../testing/store-file.ts'
import { listBackups } from './naming.ts'
import { newestBackup, scheduledBackups } from './schedule.ts'

const keep = { daily: 7, weekly: 4, monthly: 6 }

test('a backup is made when the newest is old enough, and what is not to be kept goes', async (t) => {
  const { ship, database, folder, backUp } = await storeFile(t)
  const backup = { dir: folder, every_hours: 24, keep: { daily: 2, weekly: 0, monthly: 0 } }
  const backups = scheduledBackups({ database_url: database, backup }, ship.now())
  const by_hand = await backUp({ label: 'mine' })
  for (const [hours, count] of [
    [0, 1],
    [23, 1],
    [1, 2],
    [24, 2],
    [1, 2],
  ] as const) {
    ship.wait(hours * 60)
    await backups?.job.run(ship)
    assert.equal((await listBackups(folder)).filter(({ label }) => !label).length, count)
  }
  assert.ok((await listBackups(folder)).some(({ path }) => path === by_hand)) // what somebody named stays
  const newest = await newestBackup(folder)
  assert.equal(newest?.made_at, '2026-11-25T12:00:00.000Z')
  assert.ok((newest?.size ?? 0) > 100_000)
})

test('a backup that fails, or does not come, is shown to operators until one is made', async (t) => {
  const { ship, database, folder } = await storeFile(t)
  const backups = scheduledBackups(
    { database_url: database, backup: { dir: folder, every_hours: 24, keep } },
    ship.now(),
  )
  assert.ok(backups)
  const server = await startTestApp(ship, { backups })
  const ada = await server.signedIn('viewer')
  const now = async () => (await ada.get('/admin')).body
  assert.doesNotMatch(await now(), /backup/i)
  writeFileSync(folder, 'no folder')
  await assert.rejects(async () => backups.job.run(ship))
  assert.match(await now(), /The last backup failed\.<\/b>[^<]*(EEXIST|ENOTDIR)[^<]*There is none yet/)
  rmSync(folder)
  await backups.job.run(ship)
  assert.doesNotMatch(await now(), /backup/i)
  ship.wait(31 * 60)
  assert.equal(backups.state(ship.now()).overdue, true)
  const late = backups.state(ship.now())
  assert.deepEqual([late.failure, late.newest?.made_at], [null, '2026-11-23T12:00:00.000Z'])
  ship.wait(-31 * 60)
})

test('PostgreSQL, a store in memory and a setting that says never have no schedule', () => {
  const backup = { dir: '/nowhere', every_hours: 24, keep }
  assert.equal(scheduledBackups({ database_url: 'postgres://x/y', backup }), null)
  assert.equal(scheduledBackups({ database_url: ':memory:', backup }), null)
  assert.equal(scheduledBackups({ database_url: 'x.db', backup: { ...backup, every_hours: 0 } }), null)
})
