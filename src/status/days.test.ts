import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublicIncident } from '../incidents/public-fields.ts'
import { wordsFor } from '../site/words/index.ts'
import { pastDays, startOfDays } from './days.ts'

const t = wordsFor('en')
const zone = 'Europe/Tallinn'
const now = '2026-11-23T12:37:00.000Z'
const over = (id: string, started_at: string, resolved_at: string | null) =>
  ({ id, title: id, started_at, resolved_at, cause: 'unknown', cause_release: null }) as PublicIncident

test('seven days before today are told, each in the zone of the page', () => {
  const days = pastDays({ incidents: [], releases: ['2026-11-21T22:30:00.000Z'], time_zone: zone, now }, 7, t)
  assert.equal(days.length, 7)
  // 22:30 UTC is already Sunday in Tallinn
  assert.deepEqual([days[0]?.quiet, days[1]?.quiet], ['No incidents, 1 release.', 'No incidents.'])
  assert.equal(startOfDays(now, zone, 7), '2026-11-15T22:00:00.000Z')
})

test('today is told of only once something of today is over', () => {
  const early = over('early', '2026-11-23T06:00:00.000Z', '2026-11-23T07:00:00.000Z')
  const open = over('open', '2026-11-23T12:00:00.000Z', null)
  const tell = (incidents: PublicIncident[]) =>
    pastDays({ incidents, releases: [], time_zone: zone, now }, 7, t)
  assert.deepEqual(tell([open, early])[0]?.incidents, [
    { id: 'early', title: 'early', words: 'resolved in 1 h', note: '' },
  ])
  assert.equal(tell([open, early]).length, 8)
  assert.equal(tell([open]).length, 7)
})

test('what began before the window is told of on the day on which it ended', () => {
  const long = over('long', '2026-11-02T06:00:00.000Z', '2026-11-22T07:00:00.000Z')
  const [yesterday] = pastDays({ incidents: [long], releases: [], time_zone: zone, now }, 7, t)
  assert.deepEqual(
    yesterday?.incidents.map((incident) => incident.words),
    ['resolved in 20 days'],
  )
})

test('a day carries its own date, also where noon is of another day in UTC', () => {
  const days = pastDays({ incidents: [], releases: [], time_zone: 'Pacific/Auckland', now }, 7, t)
  assert.deepEqual([days[0]?.date, days[0]?.at], ['2026-11-23', '2026-11-22T23:00:00.000Z'])
})
