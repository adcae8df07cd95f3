import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { incidentById } from '../incidents/store.ts'
import { deleteUpdate, postUpdate } from '../incidents/updates.ts'
import { northwind, northwindInTrouble } from '../testing/northwind.ts'
import { draftFor } from './reading.ts'

async function overShop() {
  const shop = await northwindInTrouble()
  const { ship, say, incident } = shop
  ship.at('2026-11-23T12:36:00.000Z')
  await say('checkout', 'release.succeeded', { version: '2.13.4', run: 'back', kind: 'rollback' })
  ship.at('2026-11-23T12:50:00.000Z')
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'All cards work.', remedy: 'rolled_back' })
  return { ...shop, draft: async () => draftFor(ship, await incidentById(ship, incident.id)) }
}

test('the draft tells release, notice, words, rollback and end in plain sentences of the page’s zone', async () => {
  const { draft } = await overShop()
  const text = await draft()
  const happened = text.split('\n').filter((line) => line.startsWith('- '))
  assert.deepEqual(happened, [
    '- 14:02 Release 2.14.0 of Checkout reached everybody, 27 min after it began.',
    '- 14:06 Customers notice: Card payments fail for some customers.',
    '- 14:11 Declared by Ada.',
    '- 14:33 Ada told customers (identified): “The release at 14:02 rejects cards that need 3-D Secure. We are rolling it back. Payments already made are safe.”',
    '- 14:33 The rollback to 2.13.4 began.',
    '- 14:36 2.13.4 live again: 3 min, the release had taken 27 min.',
    '- 14:50 Resolved by Ada.',
  ])
  assert.match(text, /^## What happened\n\nMon 23 Nov 2026:\n/)
  assert.match(text, /Times are Europe\/Tallinn \(UTC\+2\)\.\n\n## Why\n\nRelease 2\.14\.0 of Checkout/)
  assert.match(text, /## What helped\n\nGoing back took 3 min\.[\s\S]*## What we change\n\n/)
})

test('an update that was taken off the page is not told, and what was reopened is', async () => {
  const { ship, incident, draft } = await overShop()
  ship.wait(5)
  const again = await postUpdate(ship, incident.id, { state: 'investigating', body: 'It is back.' })
  ship.wait(5)
  await postUpdate(ship, incident.id, { state: 'resolved', body: 'Now.' })
  assert.match(await draft(), /- 14:55 Opened again by Ada\./)
  await deleteUpdate(ship, incident.id, again.id)
  assert.doesNotMatch(await draft(), /14:55/)
})

test('a draft names nothing that customers may not see', async () => {
  const { ship, release } = await northwind()
  ship.at('2026-11-23T11:00:00.000Z')
  const cause_release_id = await release('ledger', '1.0.0-secret')
  const cause = { cause: 'release' as const, cause_release_id }
  const components = (['ledger', 'checkout'] as const).map((component) => ({
    component,
    status: 'major_outage' as const,
  }))
  const { id } = await declareIncident(ship, { title: 'Down', body: 'We look.', ...cause, components })
  const text = await draftFor(ship, await incidentById(ship, id))
  assert.doesNotMatch(text, /Ledger|secret/)
  assert.match(text, /Customers notice: Down\./)
})

test('a draft names days where it went on over several, and names that look like Markdown as they are', async () => {
  const { ship } = await northwind()
  ship.at('2026-11-22T21:30:00.000Z')
  const odd = { title: '<b>*It* [broke](https://evil.example)</b>', body: '# `x`' }
  const { id } = await declareIncident(ship, odd)
  ship.at('2026-11-23T09:00:00.000Z')
  await postUpdate(ship, id, { state: 'resolved', body: 'Over.' })
  const text = await draftFor(ship, await incidentById(ship, id))
  assert.match(text, /Sun 22 Nov 2026:\n\n- 23:30 [\s\S]*Mon 23 Nov 2026:\n\n- 11:00 Resolved by Ada/)
  assert.ok(text.includes('\\<b\\>\\*It\\* \\[broke\\](https://evil.example)'), text)
})
