import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sealJournal } from '../journal/seals.ts'
import { shell } from '../testing/shell.ts'
import { withStore } from './open.ts'

test('audit verify tells that all is as sealed, names the first line that is not, and exits with 1 then', async (t) => {
  const { shiplog, env } = shell(t)
  assert.equal((await shiplog('audit', 'verify')).out, 'Nothing is sealed yet.\n')
  for (const name of ['ada', 'ben', 'cy'])
    await shiplog('user', 'add', `${name}@example.com`, '--role', 'admin')
  const waiting = await shiplog('audit', 'verify')
  assert.match(waiting.out, /3 lines are not sealed yet/)
  await withStore(env, (ctx) => sealJournal(ctx, Date.now() + 600_000))
  const whole = await shiplog('audit', 'verify')
  assert.equal(whole.code, 0)
  const seal = /^3 lines are as sealed\. Newest seal: ([0-9a-f]{64})\n$/.exec(whole.out)?.[1] ?? ''
  assert.equal((await shiplog('audit', 'verify', '--seal', seal)).code, 0)
  assert.match(
    (await shiplog('audit', 'verify', '--seal', 'f'.repeat(64))).out,
    /that you noted is not in the chain/,
  )
  assert.equal((await shiplog('audit', 'verify', '--seal', 'x')).code, 2)
  assert.equal((await shiplog('audit')).code, 2)
  await withStore(env, ({ db }) =>
    db.updateTable('journal').set({ actor_name: 'somebody else' }).where('seq', '=', 2).execute(),
  )
  const changed = await shiplog('audit', 'verify')
  assert.equal(changed.code, 1)
  assert.match(
    changed.out,
    /The journal was changed\. Line 2 \(\w{12}, [\d-]+T.*Z\) is not as it was sealed\./,
  )
})

test('a person is let in again, and the second step of one who has none is not taken', async (t) => {
  const { shiplog } = shell(t)
  for (const name of ['ada', 'ben']) await shiplog('user', 'add', `${name}@example.com`, '--role', 'admin')
  await shiplog('user', 'disable', 'ben@example.com')
  assert.equal((await shiplog('user', 'enable', 'ben@example.com')).code, 0)
  assert.match((await shiplog('user', 'list')).out, /ben@example\.com\tadmin\tactive/)
  const none = await shiplog('user', 'reset-second-step', 'ben@example.com')
  assert.deepEqual([none.code, none.err], [1, 'ben has no second step.\n'])
})
