import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventType } from '../sources/events.ts'
import { foldRun } from './fold.ts'
import { inToldOrder, type RunEvent } from './order.ts'
import { sharesTold } from './shares.ts'

const types: EventType[] = [
  ...(['release.started', 'release.progress', 'exposure.changed', 'exposure.changed'] as const),
  ...(['release.succeeded', 'release.failed', 'release.rolled_back', 'release.waiting'] as const),
]
const moment = (minute: number) => new Date(Date.UTC(2026, 10, 23, 10, minute)).toISOString()
const event = fc.record({
  type: fc.constantFrom(...types),
  minute: fc.integer({ min: 0, max: 30 }),
  facts: fc.record(
    {
      percent: fc.integer({ min: 0, max: 100 }),
      dark: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: [] },
  ),
})

test('the share after each event is that of the run folded from all events until then', () => {
  const property = fc.property(fc.array(event, { maxLength: 8 }), (said) => {
    const events: RunEvent[] = said.map(({ type, minute, facts }, index) => {
      const at = moment(minute)
      return {
        id: `e${index}`,
        type,
        facts,
        occurred_at: at,
        received_at: at,
        effective_at: at,
        skewed_at: null,
      }
    })
    const told = events.toSorted(inToldOrder)
    const flips = told.filter(({ type }) => type === 'exposure.changed').length
    // what looked like the flip of a flag until the run began is told as what it was
    fc.pre(flips === told.length || told[0]?.type !== 'exposure.changed')
    const folded = told.map((_, index) => {
      const run = foldRun(told.slice(0, index + 1))
      const some = run.state === 'canary' ? (run.percent ?? 0) : 0
      return { percent: run.undone_at ? 0 : run.live_at ? 100 : some, started_at: run.started_at }
    })
    assert.deepEqual(
      sharesTold(events).map(({ percent, started_at }) => ({ percent, started_at })),
      folded,
    )
  })
  fc.assert(property, { numRuns: 300 })
})
