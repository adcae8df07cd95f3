import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startWithFront } from '../testing/front.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { keepWarm } from './warming.ts'

test('what is rendered ahead is what readers’ wishes do not take the place of on disk', async (t) => {
  const { ship, incident } = await northwindInTrouble()
  const server = await startWithFront(ship)
  t.after(() => server.close())
  const held = Promise.withResolvers<readonly string[]>()
  const files = { ...server.files, hold: held.resolve }
  t.after(keepWarm({ ctx: server.ship, front: server.front, journal: server.journal, files }))
  const addresses = await held.promise
  for (const address of ['/', '/history.atom', '/components/checkout', `/incidents/${incident.id}`])
    assert.ok(addresses.includes(address), address)
  assert.ok(!addresses.includes('/components/ledger'))
})
