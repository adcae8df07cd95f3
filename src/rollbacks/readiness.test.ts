import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Said } from './model.ts'
import { readinessFrom } from './readiness.ts'
import { readSaid } from './said.ts'
import { changeOf } from './schema-changes.ts'

const now = '2026-11-23T12:00:00.000Z'
const nobody = { derived: {}, notes: {}, component: {} }

function fold(tool: Record<string, unknown> | null, operator: Partial<Said> = {}, more: object = {}) {
  return readinessFrom({ ...nobody, ...more, operator, tool: readSaid(tool, now) }, now)
}
const prepared = { artifact_retained: 'yes', schema_change: 'expand', data_compat: 'yes' }
const codes = (tool: Record<string, unknown>) => fold(tool).warnings.map(({ code }) => code)

test('a release is ready when all is known and the way back was walked within 90 days', () => {
  const on = (rollback_tested_at: string) => fold({ ...prepared, rollback_tested_at }).state
  assert.equal(on('2026-08-25T12:00:00Z'), 'ready')
  assert.equal(on('2026-08-25T11:59:59Z'), 'ready_untested')
  assert.equal(fold(prepared).state, 'ready_untested')
  for (const schema_change of ['none', 'backfill']) {
    assert.equal(fold({ ...prepared, schema_change }).state, 'ready_untested')
  }
})

test('what nobody knows degrades it, and a tool that says it is not ready is believed', () => {
  for (const field of Object.keys(prepared))
    assert.equal(fold({ ...prepared, [field]: 'unknown' }).state, 'degraded')
  assert.equal(fold(null).state, 'degraded')
  assert.equal(fold({ ...prepared, ready: false }).state, 'degraded')
  assert.equal(fold({ ready: 'yes' }).state, 'degraded')
})

test('what shuts the way back asks for the reason to go forward', () => {
  const shut = [{ schema_change: 'contract' }, { schema_change: 'irreversible' }, { data_compat: 'no' }]
  for (const one of [...shut, { artifact_retained: false }, { rollback_method: 'none' }]) {
    const tool = { ...prepared, ...one }
    assert.equal(fold(tool).state, 'not_ready')
    assert.deepEqual(codes(tool), ['roll_forward_reason_missing'])
    assert.deepEqual(codes({ ...tool, roll_forward_reason: 'The fix takes 20 min.' }), [])
  }
})

test('the short form says the same in fewer words', () => {
  const short = (db_change: string) => fold({ db_change }).fields.schema_change.value
  assert.deepEqual(['none', 'reversible', 'irreversible', 'unknown'].map(short), [
    'none',
    'expand',
    'irreversible',
    null,
  ])
  const { fields } = fold({ plan: 'https://wiki.example/rb', last_rollback_rehearsal: '2026-11-20' })
  assert.equal(fields.runbook.value, 'https://wiki.example/rb')
  assert.equal(fields.rollback_tested_at.value, '2026-11-20T00:00:00.000Z')
  for (const strange of ['constructor', 'valueof', '__proto__']) {
    assert.equal(short(strange), null)
    assert.deepEqual(codes({ db_change: strange }), ['rollback_not_understood'])
  }
  assert.equal(fold({ db_change: 'none', schema_change: 'contract' }).fields.schema_change.value, 'contract')
})

test('who counts most is heard first, field by field', () => {
  const component = { data_compat: 'no', runbook: 'as ever', rollback_method: 'redeploy_previous' } as const
  const derived = { data_compat: 'yes', artifact_retained: 'no' } as const
  const tool = { artifact_retained: 'yes', runbook: 'make back' }
  const { fields } = fold(
    tool,
    { runbook: 'Ask Ada.' },
    { component, derived, notes: { data_compat: 'seen' } },
  )
  assert.deepEqual(fields.runbook, { value: 'Ask Ada.', by: 'operator', note: null })
  assert.deepEqual(fields.artifact_retained, { value: 'yes', by: 'tool', note: null })
  assert.deepEqual(fields.data_compat, { value: 'yes', by: 'derived', note: 'seen' })
  assert.equal(fields.rollback_method.by, 'component')
  assert.deepEqual(fields.artifact_ref, { value: null, by: null, note: null })
})

test('a walk of the way back counts whoever tells of it, the newest with its place', () => {
  const said = { rollback_tested_at: '2026-01-01', rollback_tested_where: 'production' }
  const derived = { rollback_tested_at: '2026-11-11T09:00:00.000Z', rollback_tested_where: 'staging' }
  const { fields } = fold(said, {}, { derived })
  assert.deepEqual([fields.rollback_tested_at.by, fields.rollback_tested_where.value], ['derived', 'staging'])
  const later = fold({ ...said, rollback_tested_at: '2026-11-12' }, {}, { derived }).fields
  assert.deepEqual([later.rollback_tested_at.by, later.rollback_tested_where.value], ['tool', 'production'])
})

test('a migration is what the tool says it is, else what its name and its SQL read', () => {
  const read = (id: string, more: object = {}) =>
    changeOf({ id, kind: null, reversible: null, text: '', ...more })
  const table: Record<string, string | null> = {
    '0001_add_email_to_users': 'expand',
    AddEmailToUsers: 'expand',
    '20261123_create_orders': 'expand',
    '0042_drop_legacy': 'contract',
    RemoveTokenFromUsers: 'contract',
    '0005_rename_name_to_title': 'contract',
    '0006_alter_user_email': 'contract',
    change_column_type: 'contract',
    'ALTER TABLE users ADD COLUMN a int': 'expand',
    'ALTER TABLE users ALTER COLUMN a TYPE bigint': 'contract',
    'ALTER TABLE users ALTER COLUMN a SET NOT NULL': 'contract',
    'DROP INDEX idx_a': 'expand',
    'DELETE FROM orders WHERE old': 'irreversible',
    'TRUNCATE orders': 'irreversible',
    'UPDATE users SET a = b': 'backfill',
    backfill_prices: 'backfill',
    '0099_misc': null,
  }
  for (const [id, change] of Object.entries(table)) assert.equal(read(id), change, id)
  assert.equal(read('0042_drop_legacy', { kind: 'expand' }), 'expand')
  assert.equal(read('0042_drop_legacy', { reversible: true }), 'expand')
  assert.equal(read('0001_add_email', { reversible: false }), 'irreversible')
  assert.equal(read('m', { text: 'create table a (b int); delete from c' }), 'irreversible')
})

test('the worst migration proposes the schema change, unless one of them cannot be told', () => {
  const proposed = (...migrations: unknown[]) => fold({ migrations }).fields.schema_change
  assert.deepEqual(proposed(), { value: 'none', by: 'derived', note: 'it has no migrations' })
  assert.equal(proposed('add_a', { id: 'b', kind: 'backfill' }, 'create_c').value, 'backfill')
  assert.equal(proposed('add_a', '0099_misc').value, null)
  assert.equal(proposed('drop_a', '0099_misc').value, 'contract')
  assert.deepEqual(codes({ migrations: ['0099_misc'] }), ['migration_unknown'])
  const operator = { schema_change: 'expand' } as const
  assert.equal(fold({ migrations: ['drop_a'] }, operator).fields.schema_change.by, 'operator')
  assert.ok(codes({ schema_change: 'none', migrations: ['drop_a'] }).includes('schema_change_disputed'))
})

test('what does not fit is left out and named, a few at most, and nothing makes it fail', () => {
  const odd = {
    schema_change: 'some',
    data_compat: 7,
    runbook: 'x'.repeat(2001),
    migrations: 'all',
    strange: 1,
    more: 2,
  }
  const { fields, warnings } = fold({ ...odd, rollback_tested_at: '2099-01-01', artifact_ref: 'pkg:x' })
  assert.equal(warnings.length, 5)
  assert.ok(warnings.every(({ code }) => code === 'rollback_not_understood'))
  assert.deepEqual(
    [fields.artifact_ref.value, fields.runbook.value, fields.schema_change.value],
    ['pkg:x', null, null],
  )
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (more, value) => {
      const names = [
        'schema_change',
        'db_change',
        'migrations',
        'rollback_tested_at',
        'ready',
        'runbook',
        '__proto__',
      ]
      const said = { ...more, ...Object.fromEntries(names.map((name) => [name, value])) }
      for (const { words } of fold(said as Record<string, unknown>).warnings) assert.ok(words.length < 2500)
    }),
  )
})
