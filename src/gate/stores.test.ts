import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import { northwind } from '../testing/northwind.ts'
import { editFreeze, endFreeze, planFreeze } from './freezes.ts'
import { askGate } from './gate.ts'
import { setRules } from './rules.ts'
import { listFreezes, rulesOf } from './store.ts'

test('freezes, rules and answers are kept alike', async () => {
  const { ship, components, release, say } = await northwind()
  ship.at('2026-11-23T10:00:00.000Z')
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  await say('checkout', 'release.started', { version: '1.2', rollback: { db_change: 'none' } })
  const span = { starts_at: '2026-11-23T11:00:00Z', ends_at: '2026-11-23T20:00:00Z' }
  const freeze = await planFreeze(ship, { reason: 'Sale', ...span, components: ['checkout', 'ledger'] })
  const other = await planFreeze(ship, { reason: 'Audit', ...span })
  ship.at('2026-11-23T12:00:00.000Z')
  await editFreeze(ship, freeze.id, { components: ['checkout'], may_pass: ['Ed'], version: 1 })
  await assert.rejects(editFreeze(ship, freeze.id, { reason: 'Late', version: 1 }), { code: 'stale' })
  const hurt = [{ component: 'checkout', status: 'major_outage' as const }]
  await declareIncident(ship, { title: 'Down', body: 'We look.', components: hurt })
  await setRules(ship, components.checkout.id, { open_incident: 'warn', freeze: 'on' })
  await setRules(ship, components.checkout.id, { open_incident: 'off' })
  await setRules(ship, components.checkout.id, { open_incident: 'warn' })
  assert.equal((await rulesOf(ship, components.checkout.id)).open_incident, 'warn')

  const ask = async (version: string, more: object = {}) => {
    const { allowed, reasons } = await askGate(ship, { component: 'checkout', version, ...more })
    return [allowed, ...reasons.map(({ code, level }) => `${code} ${level}`)]
  }
  const [down, busy] = ['open_incident warn', 'previous_unsettled warn']
  const silent = 'rollback_unanswered warn'
  assert.deepEqual(await ask('1.3'), [false, down, 'freeze stop', 'freeze stop', silent])
  await endFreeze(ship, other.id)
  assert.deepEqual(await ask('1.3', { actor: 'ED' }), [true, down, 'freeze passed', silent])
  await say('checkout', 'release.progress', { version: '1.2', percent: 10 })
  assert.deepEqual(await ask('1.3'), [false, down, 'freeze stop', busy, silent])
  assert.deepEqual(await ask('1.2'), [false, down, 'freeze stop'], 'it was said how, when it began')
  assert.equal((await ask('1.0'))[0], true)

  const reasons = async (show: 'now' | 'coming' | 'past') =>
    (await listFreezes(ship, { show, limit: 9 })).map((one) => one.reason)
  assert.deepEqual(
    [await reasons('now'), await reasons('coming'), await reasons('past')],
    [['Sale'], [], ['Audit']],
  )
  const lines = await ship.db.selectFrom('journal').select('id').where('action', '=', 'gate.asked').execute()
  assert.equal(lines.length, 5)
})

test('many who ask, edit and end at once lose nothing', async () => {
  const { ship, components } = await northwind()
  ship.at('2026-11-23T12:00:00.000Z')
  const span = { starts_at: '2026-11-23T11:00:00Z', ends_at: '2026-11-23T20:00:00Z' }
  const { id } = await planFreeze(ship, { reason: 'Sale', ...span })
  const asked = Array.from({ length: 8 }, () => askGate(ship, { component: 'checkout', version: '1' }))
  const edits = ['One', 'Two', 'Three'].map((reason) => editFreeze(ship, id, { reason, version: 1 }))
  const rules = Array.from({ length: 4 }, (_, index) =>
    setRules(ship, components.checkout.id, { freeze: index % 2 ? 'on' : 'warn' }),
  )
  const settled = await Promise.allSettled(edits)
  await Promise.all([...asked, ...rules])
  assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1, 'one editor was first')
  await Promise.all([endFreeze(ship, id), endFreeze(ship, id), endFreeze(ship, id)])
  const count = async (action: string) =>
    (await ship.db.selectFrom('journal').select('id').where('action', '=', action).execute()).length
  assert.deepEqual(
    [await count('gate.asked'), await count('freeze.edited'), await count('freeze.ended')],
    [8, 1, 1],
  )
})
