import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressOf, type Since } from './progress.ts'

const request = {
  id: 'asked',
  asked_at: at('12:00'),
  ended_at: null as string | null,
  ended_by: null as string | null,
  to: { version: '2.13.4', commit: null },
}
const taken = { delivered_at: at('12:00:02'), failed_at: null, failure: null }

test('a request is asked until its call is taken, and accepted until its rollback speaks', () => {
  assert.equal(look({ call: null, now: '12:01' }).state, 'asked')
  assert.equal(look({ call: { ...taken, delivered_at: null }, now: '12:05' }).state, 'asked')
  const accepted = look({ now: '12:01' })
  assert.deepEqual([accepted.state, accepted.accepted_at], ['accepted', taken.delivered_at])
})

test('a call that nobody takes says why', () => {
  const call = { delivered_at: null, failed_at: at('12:10'), failure: 'It answered 404.' }
  const refused = look({ call, now: '12:11' })
  assert.deepEqual(
    [refused.state, refused.failure, refused.over_at],
    ['refused', 'It answered 404.', at('12:10')],
  )
})

test('the release that answers is running, then done when everybody has it', () => {
  const running = look({ since: [answer({ state: 'running' })], now: '12:02' })
  assert.deepEqual([running.state, running.running_at], ['running', at('12:01')])
  const done = look({ since: [answer({ state: 'succeeded', live_at: at('12:03') })], now: '12:04' })
  assert.deepEqual([done.state, done.over_at, done.release?.id], ['done', at('12:03'), 'back'])
})

test('a rollback that fails has failed, until a second run of it succeeds', () => {
  const failed = answer({ state: 'failed', finished_at: at('12:03') })
  assert.equal(look({ since: [failed], now: '12:04' }).state, 'failed')
  const again = answer({ id: 'again', created_at: at('12:05'), state: 'running', last_event_at: at('12:05') })
  assert.equal(look({ since: [failed, again], now: '12:06' }).state, 'running')
  const healed = { ...again, state: 'succeeded', live_at: at('12:07') }
  assert.equal(look({ since: [failed, healed], now: '12:08' }).release?.id, 'again')
})

test('three times the usual time without a word is silence, before the first word and after it', () => {
  assert.equal(look({ usual_seconds: 120, now: '12:06' }).state, 'accepted')
  assert.equal(look({ usual_seconds: 120, now: '12:06:03' }).state, 'silent')
  const since = [answer({ state: 'running', last_event_at: at('12:05') })]
  assert.equal(look({ usual_seconds: 120, since, now: '12:11' }).state, 'running')
  assert.equal(look({ usual_seconds: 120, since, now: '12:11:01' }).state, 'silent')
})

test('where nobody knows the usual time, ten minutes are waited; where it is seconds, half a minute', () => {
  assert.equal(look({ usual_seconds: null, now: '12:10' }).state, 'accepted')
  assert.equal(look({ usual_seconds: null, now: '12:10:03' }).state, 'silent')
  assert.equal(look({ usual_seconds: 1, now: '12:00:31' }).state, 'accepted')
  assert.equal(look({ usual_seconds: 1, now: '12:00:33' }).state, 'silent')
})

test('silence ends when it is heard of again', () => {
  const since = [answer({ state: 'succeeded', live_at: at('13:00') })]
  assert.equal(look({ since, now: '13:01' }).state, 'done')
})

test('another version that goes live instead overtakes a request; what was live before does not', () => {
  const mended = answer({ id: 'mended', rollback_request_id: null, version: '2.14.2', live_at: at('12:04') })
  const overtaken = look({ since: [mended], now: '12:05' })
  assert.deepEqual([overtaken.state, overtaken.release?.version], ['overtaken', '2.14.2'])
  const before = { ...mended, live_at: at('11:59') }
  assert.equal(look({ since: [before], now: '12:05' }).state, 'accepted')
})

test('what answers by another version overtakes it too; by a name that cannot be compared it is done', () => {
  const live = { state: 'succeeded', live_at: at('12:03') }
  const states = [{ version: '2.14.1' }, { version: null, commit: 'abc1234' }, {}].map(
    (named) => look({ since: [answer({ ...live, ...named })], now: '12:04' }).state,
  )
  assert.deepEqual(states, ['overtaken', 'done', 'done'])
})

test('what was taken back stays taken back, unless it was done all the same', () => {
  const [ended_at, ended_by] = [at('12:02'), 'Ada']
  assert.equal(look({ ended_at, ended_by, now: '12:03' }).state, 'withdrawn')
  const since = [answer({ state: 'succeeded', live_at: at('12:04') })]
  assert.equal(look({ ended_at, ended_by, since, now: '12:05' }).state, 'done')
})

test('a request that another one followed keeps what it came to, whatever comes after it', () => {
  const ended_at = at('12:20')
  const later = answer({ id: 'later', rollback_request_id: null, version: '2.14.2', live_at: at('12:30') })
  const call = { delivered_at: null, failed_at: at('12:10'), failure: 'It answered 404.' }
  assert.equal(look({ ended_at, call, since: [later], now: '12:40' }).state, 'refused')
  assert.equal(look({ ended_at, since: [later], usual_seconds: 9000, now: '12:40' }).state, 'silent')
  const during = { ...later, live_at: at('12:15') }
  assert.equal(look({ ended_at, since: [during], now: '12:40' }).state, 'overtaken')
})

type Given = {
  call?: typeof taken | { delivered_at: null; failed_at: string | null; failure: string | null } | null
  since?: Since[]
  usual_seconds?: number | null
  ended_at?: string
  ended_by?: string
  now: string
}

function look({ call = taken, since = [], usual_seconds = 600, ended_at, ended_by, now }: Given) {
  const given = { call, since, usual_seconds, now: new Date(at(now)) }
  return progressOf({ ...request, ended_at: ended_at ?? null, ended_by: ended_by ?? null }, given)
}

function answer(given: Partial<Since>): Since {
  return {
    id: 'back',
    rollback_request_id: 'asked',
    version: '2.13.4',
    commit: null,
    kind: 'rollback',
    state: 'running',
    created_at: at('12:01'),
    started_at: at('12:01'),
    live_at: null,
    finished_at: null,
    last_event_at: at('12:01'),
    deadline_at: null,
    ...given,
  }
}

function at(clock: string) {
  return `2026-11-23T${clock.length === 5 ? `${clock}:00` : clock}.000Z`
}
