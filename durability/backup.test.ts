import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backupUnderLoad } from '../src/testing/loaded-backup.ts'

/** Milliseconds that the server's thread may stand still longer than it does without a backup. */
const longestStall = 50

test('a backup of 100 MB beside hundreds of deliveries each second holds up nobody and loses nothing', async (t) => {
  const { before, there, stall, stall_without, bytes } = await backupUnderLoad(t, {
    lanes: 16,
    journal_lines: 200_000,
    first: 200,
  })
  assert.ok(bytes > 90_000_000, `${bytes} bytes`)
  assert.deepEqual(
    before.filter((run) => !there.has(run)),
    [],
  )
  assert.ok(before.length >= 200)
  assert.ok(stall <= stall_without + longestStall, `${stall} ms, and ${stall_without} ms without`)
})
