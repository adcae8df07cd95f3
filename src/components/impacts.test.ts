import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type World, world } from '../testing/world.ts'
import { createComponent, setStatusByHand } from './actions.ts'
import { currentStatuses, endImpacts, impactsBetween, moveImpactStarts, setImpact } from './impacts.ts'

const noon = '2026-11-23T12:00:00.000Z'

test('overlaps show the worst, and "Operational" by hand ends only what was said by hand', async () => {
  const { ship, component_id, incident_id } = await shipInTrouble()
  await setStatusByHand(ship, { component_id, status: 'degraded_performance' })
  await setImpact(ship, { component_id, status: 'major_outage', incident_id, at: noon })
  assert.equal((await currentStatuses(ship)).get(component_id), 'major_outage')

  ship.wait(10)
  assert.equal(await setStatusByHand(ship, { component_id, status: 'operational' }), 'major_outage')
  await endImpacts(ship, { incident_id, at: ship.now().toISOString() })
  assert.equal((await currentStatuses(ship)).get(component_id), undefined)
  assert.deepEqual(await intervals(ship), ['degraded_performance 12:00–12:10', 'major_outage 12:00–12:10'])
})

test('a new status ends the old interval where the new one begins; the same status goes on', async () => {
  const { ship, component_id, incident_id } = await shipInTrouble()
  const set = (status: 'operational' | 'partial_outage' | 'major_outage', minute: string) =>
    setImpact(ship, { component_id, status, incident_id, at: `2026-11-23T12:${minute}:00.000Z` })
  await set('major_outage', '00')
  await set('partial_outage', '10')
  await set('partial_outage', '15')
  await set('operational', '20')
  await set('major_outage', '30')
  await set('operational', '30')
  assert.deepEqual(await intervals(ship), ['major_outage 12:00–12:10', 'partial_outage 12:10–12:20'])
})

test('moving the start of an incident moves what began with it and drops what ended before', async () => {
  const { ship, component_id, incident_id } = await shipInTrouble()
  const set = (status: 'partial_outage' | 'major_outage', minute: string) =>
    setImpact(ship, { component_id, status, incident_id, at: `2026-11-23T12:${minute}:00.000Z` })
  await set('partial_outage', '00')
  await set('major_outage', '20')
  await moveImpactStarts(ship, { incident_id, from: noon, to: '2026-11-23T11:50:00.000Z' })
  assert.deepEqual(await intervals(ship), ['partial_outage 11:50–12:20', 'major_outage 12:20–'])
  await moveImpactStarts(ship, {
    incident_id,
    from: '2026-11-23T11:50:00.000Z',
    to: '2026-11-23T12:25:00.000Z',
  })
  assert.deepEqual(await intervals(ship), ['major_outage 12:25–'])
})

test('what a deleted incident did counts for nothing until it is restored', async () => {
  const { ship, component_id, incident_id } = await shipInTrouble()
  await setImpact(ship, { component_id, status: 'major_outage', incident_id, at: noon })
  const deleted_at = async (at: string | null) => {
    await sql`update incidents set deleted_at = ${at} where id = ${incident_id}`.execute(ship.db)
  }
  await deleted_at(noon)
  assert.equal((await currentStatuses(ship)).size, 0)
  assert.deepEqual(await intervals(ship), [])
  await deleted_at(null)
  assert.equal((await currentStatuses(ship)).size, 1)
})

async function shipInTrouble() {
  const ship = await world()
  const { id: component_id } = await createComponent(ship, { name: 'Checkout' })
  const incident_id = 'incident0000'
  await ship.db
    .insertInto('incidents')
    .values({
      id: incident_id,
      title: 'Cards fail',
      state: 'investigating',
      impact: null,
      cause: 'unknown',
      cause_release_id: null,
      remedy: null,
      remedy_release_id: null,
      remedy_reason: null,
      started_at: noon,
      monitoring_at: null,
      resolved_at: null,
      next_update_at: null,
      published_at: noon,
      visibility: 'public',
      merged_into_incident_id: null,
      deleted_at: null,
      version: 1,
      created_at: noon,
      updated_at: noon,
    })
    .execute()
  return { ship, component_id, incident_id }
}

async function intervals(ship: World) {
  const impacts = await impactsBetween(ship, '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z')
  return impacts.map(
    ({ status, started_at, ended_at }) =>
      `${status} ${started_at.slice(11, 16)}–${ended_at?.slice(11, 16) ?? ''}`,
  )
}
