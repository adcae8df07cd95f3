import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setStatusByHand } from '../components/actions.ts'
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

test('once told to stop, no change has anything rendered ahead any more', async (t) => {
  const { ship, components } = await northwindInTrouble()
  const server = await startWithFront(ship)
  t.after(() => server.close())
  const asked: string[] = []
  const refresh = async (address: string) => {
    asked.push(address)
    return null
  }
  const front = { ...server.front, refresh }
  keepWarm({ ctx: server.ship, front, journal: server.journal, files: server.files })()
  await setStatusByHand(server.ship, { component_id: components.storefront.id, status: 'major_outage' })
  await new Promise((resolve) => setTimeout(resolve, 1_300))
  assert.deepEqual(asked, [])
})
