import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { declareIncident } from '../incidents/actions.ts'
import { badMarkOf, clearBad, markBad } from '../releases/bad.ts'
import { recordByHand } from '../releases/by-hand.ts'
import { world } from '../testing/world.ts'
import { checkArtifacts } from './artifact-checks.ts'
import { setPlan } from './plan-actions.ts'
import { answerReadiness } from './readiness-actions.ts'
import { readinessOf } from './readiness-of.ts'
import { targetFor } from './targets.ts'

test('the way back is chosen, answered and prepared alike', async () => {
  const ship = await world()
  const shop = await createComponent(ship, { name: 'Shop' })
  const out = (version: string, minute: number) =>
    recordByHand(ship, {
      component: 'shop',
      version,
      at: `2026-11-23T11:${minute}:00.000Z`,
      minutes_taken: 5,
    })
  const first = await out('v1', 10)
  const second = await out('v2', 20)
  const third = await out('v3', 30)
  const lane = { component_id: shop.id, environment_id: third.environment_id }
  const target = async () => (await targetFor(ship, lane)).target?.id
  assert.equal(await target(), second.id)
  await markBad(ship, second.id, { reason: 'It loses orders.' })
  assert.equal((await badMarkOf(ship, { ...second, commit: null }))?.id, second.id)
  assert.equal(await target(), first.id)
  await clearBad(ship, second.id)
  await declareIncident(ship, { title: 'x', body: 'x', cause: 'release', cause_release_id: second.id })
  assert.equal(await target(), first.id)

  await setPlan(ship, shop.id, { artifact_url: 'https://registry.example/{version}', artifacts_kept: 9 })
  await setPlan(ship, shop.id, { data_compat: 'yes', version: 1 })
  const client = { head: async () => ({ status: 200, headers: {}, body_excerpt: '' }) }
  assert.equal(await checkArtifacts(ship, client), 3)
  assert.equal(await checkArtifacts(ship, client), 0)
  ship.wait(25 * 60)
  assert.equal(await checkArtifacts(ship, client), 3)
  await answerReadiness(ship, third.id, { rollback_target: 'v1', schema_change: 'none' })
  await answerReadiness(ship, third.id, { schema_change: 'expand', version: 1 })
  const { state, version, fields } = await readinessOf(ship, third.id)
  assert.deepEqual([state, version, fields.rollback_target.value], ['ready_untested', 2, 'v1'])
  await assert.rejects(answerReadiness(ship, third.id, { runbook: 'x', version: 1 }), /somebody else/)
})
