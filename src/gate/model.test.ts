import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSaid } from '../rollbacks/said.ts'
import { FreezeChange, faultOfSpan, freezeState, NewFreeze, whoPasses } from './freeze.ts'
import {
  beginnings,
  type Finding,
  gateRules,
  headlineOf,
  isAllowed,
  ReleaseCheck,
  RulesChange,
  reasonsFor,
  ruleWords,
} from './model.ts'
import { questionLeft } from './unanswered.ts'

const everything: Finding[] = gateRules.map((code) => ({
  code,
  words: `${code}.`,
  subject: ['release', '1'],
}))
const deploys = { goes_back: false }
const levelsOf = (reasons: { code: string; level: string }[]) =>
  Object.fromEntries(reasons.map(({ code, level }) => [code, level]))

test('a component that nobody set anything for is held by incidents, freezes and bad marks, and warned of the rest', () => {
  const reasons = reasonsFor(everything, beginnings, deploys)
  assert.deepEqual(levelsOf(reasons), {
    open_incident: 'stop',
    freeze: 'stop',
    previous_unsettled: 'warn',
    marked_bad: 'stop',
    rollback_unanswered: 'warn',
  })
  assert.equal(isAllowed(reasons), false)
})

test('each rule stops, warns or is not asked, as it is set', () => {
  for (const code of gateRules) {
    const finding = everything.filter((one) => one.code === code)
    const as = (level: 'on' | 'warn' | 'off') =>
      reasonsFor(finding, { ...beginnings, [code]: level }, deploys)
    assert.deepEqual(levelsOf(as('on')), { [code]: 'stop' })
    assert.deepEqual(levelsOf(as('warn')), { [code]: 'warn' })
    assert.deepEqual(as('off'), [])
    assert.deepEqual([isAllowed(as('on')), isAllowed(as('warn')), isAllowed(as('off'))], [false, true, true])
  }
})

test('whatever is set, nothing but a bad mark stops a rollback', () => {
  const strict = { ...beginnings, previous_unsettled: 'on', rollback_unanswered: 'on' } as const
  const reasons = reasonsFor(everything, strict, { goes_back: true })
  assert.deepEqual(
    reasons.filter(({ level }) => level !== 'passed').map(({ code, level }) => [code, level]),
    [['marked_bad', 'stop']],
  )
  assert.match(reasons[0]?.words ?? '', /A rollback passes\.$/)
  const good = everything.filter(({ code }) => code !== 'marked_bad')
  assert.equal(isAllowed(reasonsFor(good, strict, { goes_back: true })), true)
})

test('the name that may pass a freeze is said, and opens that freeze alone', () => {
  const frozen = (passed_by: string | null): Finding => ({
    code: 'freeze',
    words: 'Frozen.',
    subject: ['freeze', '1'],
    passed_by,
  })
  const both = reasonsFor([frozen('Ada'), frozen(null)], beginnings, deploys)
  assert.deepEqual(
    both.map(({ level, words }) => [level, words]),
    [
      ['passed', 'Frozen. Ada may pass.'],
      ['stop', 'Frozen.'],
    ],
  )
})

test('the answer is one sentence, with or without a version', () => {
  const said = { name: '2.14.0', component: 'Checkout', environment: 'production' }
  const warned = reasonsFor(everything.slice(2, 3), beginnings, deploys)
  assert.equal(headlineOf([], said), '2.14.0 of Checkout may go out to production.')
  assert.equal(headlineOf(warned, said), '2.14.0 of Checkout may go out to production, with a warning.')
  const stopped = reasonsFor(everything, beginnings, deploys)
  assert.equal(
    headlineOf(stopped, { ...said, name: null }),
    'A release of Checkout may not go out to production now.',
  )
})

test('every rule has words for the page on which it is set', () => {
  for (const rule of gateRules) assert.match(ruleWords[rule].words, /\.$/, rule)
})

test('a question names who releases as the event does, or by the name alone; odd ones are refused', () => {
  const asked = (more: object) => ReleaseCheck.safeParse({ component: 'checkout', ...more })
  assert.equal(asked({ actor: { name: ' Ada ' } }).data?.actor, 'Ada')
  assert.equal(asked({ actor: 'Ada' }).data?.actor, 'Ada')
  assert.equal(asked({}).data?.environment, 'production')
  for (const wrong of [
    { component: '' },
    { component: 7 },
    { environment: '' },
    { version: 'a'.repeat(201) },
    { kind: 'undo' },
    { actor: {} },
    { actor: 7 },
    { rollback: 'yes' },
    { rollback: [] },
  ]) {
    assert.equal(asked(wrong).success, false, JSON.stringify(wrong))
  }
})

test('a rule that does not exist, or a level that does not, is refused', () => {
  assert.equal(RulesChange.safeParse({}).success, true)
  for (const wrong of [{ weather: 'on' }, { freeze: 'maybe' }, { freeze: null }, 'on', []]) {
    assert.equal(RulesChange.safeParse(wrong).success, false, JSON.stringify(wrong))
  }
})

const span = (starts_at: string, ends_at: string) => ({ starts_at, ends_at })
const now = '2026-11-23T12:00:00.000Z'

test('a freeze is coming, in force from its first moment, and over at its last or when somebody ended it', () => {
  const freeze = { ...span('2026-11-23T12:00:00.000Z', '2026-11-23T13:00:00.000Z'), ended_at: null }
  const at = (moment: string) => freezeState(freeze, `2026-11-23T${moment}.000Z`)
  assert.deepEqual(
    [at('11:59:59'), at('12:00:00'), at('12:59:59'), at('13:00:00')],
    ['coming', 'now', 'now', 'past'],
  )
  assert.equal(freezeState({ ...freeze, ended_at: now }, now), 'past')
})

test('a freeze that ends before it starts, lasts longer than a year or lies in the past is none', () => {
  const fault = (from: string, to: string) => faultOfSpan(span(from, to), now)?.[1] ?? null
  assert.equal(fault('2026-11-24T00:00:00.000Z', '2026-11-23T23:00:00.000Z'), 'It ends before it starts.')
  assert.equal(fault('2026-11-24T00:00:00.000Z', '2026-11-24T00:00:00.000Z'), 'It ends before it starts.')
  assert.equal(fault('2026-11-22T00:00:00.000Z', now), 'It lies wholly in the past.')
  assert.equal(fault('2026-11-24T00:00:00.000Z', '2027-11-26T00:00:00.000Z'), 'It lasts longer than a year.')
  assert.equal(fault('2026-11-22T00:00:00.000Z', '2026-11-23T12:00:00.001Z'), null)
  assert.equal(fault('2026-11-24T00:00:00.000Z', '2027-11-24T00:00:00.000Z'), null)
})

test('names are compared however they are capitalised, and never to nobody', () => {
  assert.equal(whoPasses(['Ada Lovelace', 'night-shift'], ['ci', ' ada lovelace ']), 'Ada Lovelace')
  assert.equal(whoPasses(['night-shift'], ['NIGHT-SHIFT', null]), 'night-shift')
  assert.equal(whoPasses(['Ada'], ['Ad', 'Adam', null, undefined, '']), null)
  assert.equal(whoPasses([], ['Ada']), null)
})

test('what is no freeze is refused field by field, and a name said twice counts once', () => {
  const good = { reason: 'Sale', starts_at: now, ends_at: '2026-11-24T00:00:00Z' }
  assert.deepEqual(NewFreeze.parse({ ...good, may_pass: ['Ada', 'ADA', 'Ed'] }).may_pass, ['Ada', 'Ed'])
  for (const wrong of [
    { reason: ' ' },
    { reason: 'a'.repeat(501) },
    { starts_at: 'tomorrow' },
    { ends_at: '2026-11-24' },
    { ends_at: '0000-01-01T00:00:00Z' },
    { components: 'checkout' },
    { may_pass: [''] },
    { may_pass: Array.from({ length: 51 }, (_, index) => `n${index}`) },
  ]) {
    assert.equal(NewFreeze.safeParse({ ...good, ...wrong }).success, false, JSON.stringify(wrong))
    assert.equal(FreezeChange.safeParse(wrong).success, false, JSON.stringify(wrong))
  }
})

test('only words of substance answer how a release is rolled back, and one that cannot be needs the reason', () => {
  const left = (raw: Record<string, unknown> | null) =>
    questionLeft({ operator: {}, tool: readSaid(raw, now), derived: {}, notes: {}, component: {} }, now)
  for (const said of [
    { db_change: 'none' },
    { plan: 'https://wiki/rb' },
    { rollback_method: 'flag_off' },
    { migrations: [{ id: 'add a column', kind: 'expand', reversible: true }] },
    { db_change: 'irreversible', roll_forward_reason: 'The old column is gone.' },
  ]) {
    assert.equal(left(said), null, JSON.stringify(said))
  }
  for (const said of [null, {}, { db_change: 'unknown' }, { plan: ' ' }, { plan: [7] }, { x: 'y' }]) {
    assert.equal(left(said), 'Nobody has said how this release can be rolled back.', JSON.stringify(said))
  }
  assert.equal(
    left({ db_change: 'irreversible' }),
    'It cannot be rolled back: its schema change is irreversible. Nobody has said why it goes out all the same.',
  )
})
