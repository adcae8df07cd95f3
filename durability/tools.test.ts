import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const skip = process.platform !== 'linux' || process.getuid?.() !== 0 ? 'it needs root on Linux' : false

for (const [tool, option] of [['strace', '--version'] as const, ['faketime', '--version'] as const]) {
  test(`${tool} is there`, { skip }, () => {
    assert.equal(spawnSync(tool, [option]).status, 0)
  })
}
