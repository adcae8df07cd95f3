import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent, setStatusByHand } from '../components/actions.ts'
import { readOnly } from '../platform/database.ts'
import { world } from '../testing/world.ts'
import { journalLines } from './store.ts'

test('the journal tells the newest first, page after page, of one action or one subject', async () => {
  const ship = await world()
  const { id } = await createComponent(ship, { name: 'Shop' })
  await createComponent(ship, { name: 'Search' })
  await setStatusByHand(ship, { component_id: id, status: 'major_outage' })
  const lines = (asked: object) => journalLines(readOnly(ship.db), { limit: 10, ...asked }, 'UTC')
  const actions = async (asked: object) => (await lines(asked)).map(({ action }) => action)
  assert.deepEqual(await actions({}), ['component.status_set', 'component.created', 'component.created'])
  assert.deepEqual(await actions({ subject_id: id }), ['component.status_set', 'component.created'])
  const [newest, second] = await lines({ limit: 1 })
  assert.deepEqual(newest?.detail, { name: 'Shop', from: 'operational', to: 'major_outage' })
  assert.deepEqual((await lines({ cursor: newest?.id, action: 'component.created' }))[0]?.id, second?.id)
})
