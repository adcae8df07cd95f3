import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ComponentStatus } from '../../components/model.ts'
import { rollup } from './rollup.ts'

const short: Record<string, ComponentStatus> = {
  ok: 'operational',
  slow: 'degraded_performance',
  part: 'partial_outage',
  down: 'major_outage',
  work: 'under_maintenance',
}
type Impact = 'none' | 'minor' | 'major' | 'critical'
const of = (components: string, ...open: Impact[]) =>
  Object.values(
    rollup(
      components.split(' ').flatMap((word) => short[word] ?? []),
      open.map((impact) => ({ impact })),
    ),
  )

test('the worst component decides, and a major outage is critical when it is of half of them', () => {
  const table: [string, string, string][] = [
    ['', 'none', 'All Systems Operational'],
    ['ok ok', 'none', 'All Systems Operational'],
    ['ok work', 'maintenance', 'Service Under Maintenance'],
    ['work slow', 'minor', 'Partially Degraded Service'],
    ['slow part', 'major', 'Partial System Outage'],
    ['part part', 'major', 'Partial System Outage'],
    ['ok ok down', 'major', 'Partial System Outage'],
    ['ok down', 'critical', 'Major Service Outage'],
    ['down', 'critical', 'Major Service Outage'],
  ]
  for (const [components, ...expected] of table) assert.deepEqual(of(components), expected, components)
})

test('an open incident can only make it worse', () => {
  assert.deepEqual(of('ok ok', 'none'), ['none', 'All Systems Operational'])
  assert.deepEqual(of('ok ok', 'minor'), ['minor', 'Minor Service Outage'])
  assert.deepEqual(of('work', 'minor'), ['minor', 'Minor Service Outage'])
  assert.deepEqual(of('slow', 'minor'), ['minor', 'Partially Degraded Service'])
  assert.deepEqual(of('slow', 'minor', 'critical'), ['critical', 'Major Service Outage'])
  assert.deepEqual(of('part', 'minor'), ['major', 'Partial System Outage'])
})
