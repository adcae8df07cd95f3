import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import type { World } from '../testing/world.ts'
import { rollForwardReason } from './roll-forward.ts'
import { incidentById } from './store.ts'

const reason = 'The migration of 14:01 drops a column.\nThe fix takes 20 min.'

async function answer(ship: World, release_id: string, roll_forward_reason: string | null) {
  const unsaid = {
    rollback_method: null,
    rollback_target_release_id: null,
    artifact_retained: null,
    artifact_ref: null,
    schema_change: 'irreversible',
    data_compat: null,
    rollback_tested_at: null,
    rollback_tested_where: null,
    runbook: null,
  }
  const by = { version: 1, answered_at: ship.now().toISOString(), answered_by: 'Ada' }
  await ship.db
    .insertInto('readiness')
    .values({ release_id, ...unsaid, roll_forward_reason, ...by })
    .execute()
}

function toolSaid(ship: World, id: string, rollback: string | null) {
  return ship.db.updateTable('releases').set({ rollback }).where('id', '=', id).execute()
}

test('what was said beforehand of a release without a way back is remembered', async () => {
  const { ship, cause, incident } = await northwindInTrouble()
  const asked = async () => rollForwardReason(ship, await incidentById(ship, incident.id))
  assert.equal(await asked(), null)
  for (const odd of [
    '{}',
    'null',
    '{"roll_forward_reason":7}',
    '{"roll_forward_reason":"  "}',
    '[]',
    '"no"',
  ]) {
    await toolSaid(ship, cause, odd)
    assert.equal(await asked(), null, odd)
  }
  await toolSaid(ship, cause, JSON.stringify({ roll_forward_reason: ' The tool’s reason. ' }))
  assert.equal(await asked(), 'The tool’s reason.')
  await answer(ship, cause, 'x'.repeat(9000))
  assert.equal((await asked())?.length, 5000)
})

test('the form begins with it, and only whoever rolls forward says it', async () => {
  const { ship, cause, incident } = await northwindInTrouble()
  await answer(ship, cause, reason)
  const server = await startTestApp(ship)
  const ada = await server.signedIn('editor')
  const page = `/admin/incidents/${incident.id}`
  for (const path of [page, `${page}/edit`]) {
    const { body } = await ada.get(path)
    assert.match(
      body,
      /<textarea[^>]*name="remedy_reason"[^>]*>\s*The migration of 14:01 drops a column/,
      path,
    )
    assert.match(body, /It begins with what was said of the release beforehand/, path)
  }
  const sent = { state: 'identified', body: 'Going on.', remedy_reason_offered: reason }
  const post = async (fields: Record<string, string>) =>
    (await ada.post(`${page}/updates`, { ...sent, ...fields })).statusCode
  const kept = async () => (await incidentById(ship, incident.id)).remedy_reason
  const asTyped = reason.replace('\n', '\r\n')
  assert.equal(await post({ remedy: '', remedy_reason: asTyped }), 303)
  assert.equal(await kept(), null)
  assert.equal(await post({ remedy: 'rolled_forward', remedy_reason: ' ' }), 422)
  assert.equal(await post({ remedy: 'other', remedy_reason: asTyped }), 303)
  assert.equal(await kept(), null)
  assert.equal(await post({ remedy: 'rolled_forward', remedy_reason: asTyped }), 303)
  assert.match((await kept()) ?? '', /^The migration of 14:01 drops a column/)
  assert.doesNotMatch((await ada.get(page)).body, /It begins with what was said/)
})

test('what was said beforehand is read by operators alone until somebody says it to customers', async () => {
  const { ship, cause, incident } = await northwindInTrouble()
  await answer(ship, cause, 'C0nfidential until it happens')
  const server = await startTestApp(ship)
  const paths = [`/incidents/${incident.id}`, '/rollbacks', `/releases/${cause}`, '/api/v1/incidents']
  for (const path of [...paths, `/api/v1/releases/${cause}`, '/api/v1/rollbacks', '/history.atom']) {
    const { statusCode, body } = await server.inject(path)
    assert.equal(statusCode, 200, path)
    assert.doesNotMatch(body, /C0nfidential/, path)
  }
})
