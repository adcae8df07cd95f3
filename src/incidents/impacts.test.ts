import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { archiveComponent, createComponent, restoreComponent } from '../components/actions.ts'
import type { Impact } from '../components/impacts.ts'
import { incidentStatuses } from '../components/model.ts'
import { listComponents } from '../components/store.ts'
import { Refusal } from '../platform/refusal.ts'
import { world } from '../testing/world.ts'
import { declareIncident, deleteIncident, editIncident, restoreIncident } from './actions.ts'
import { editImpacts } from './impact-edits.ts'
import { mergeIncident, splitIncident } from './merging.ts'
import { incidentStates } from './model.ts'
import { incidentById, listIncidents } from './store.ts'
import { postUpdate } from './updates.ts'
import { hideIncident, publishIncident } from './visibility-actions.ts'

const verbs = [
  ...['declare', 'update', 'edit', 'delete', 'restore', 'archive', 'bring back'],
  ...['edit impacts', 'merge', 'split', 'hide', 'publish'],
] as const
const minutes = fc.integer({ min: 0, max: 90 })
const interval = fc.record({
  component: fc.constantFrom('shop', 'search'),
  status: fc.constantFrom('degraded_performance' as const, 'major_outage' as const),
  ago: minutes,
  lasted: fc.option(fc.integer({ min: -5, max: 60 })),
})
const step = fc.record({
  verb: fc.constantFrom(...verbs, 'update', 'update', 'edit impacts'),
  which: fc.integer({ min: 0, max: 1 }),
  component: fc.constantFrom('shop', 'search'),
  status: fc.constantFrom(...incidentStatuses),
  state: fc.constantFrom(...incidentStates),
  ago: minutes,
  waited: fc.integer({ min: 1, max: 30 }),
  intervals: fc.array(interval, { maxLength: 3 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function port() {
  const ship = await world()
  const shop = await createComponent(ship, { name: 'Shop' })
  const search = await createComponent(ship, { name: 'Search' })
  const ids = { shop: shop.id, search: search.id }
  const known: string[] = []

  async function take({ verb, which, component, status, state, ago, waited, intervals }: Step) {
    ship.wait(waited)
    const before = (ago: number) => new Date(ship.now().getTime() - ago * 60_000).toISOString()
    const past = before(ago)
    const components = [{ component, status }]
    const id = known[which % Math.max(1, known.length)] ?? ''
    if (verb === 'declare') {
      const made = { title: 'x', body: 'x', started_at: past, components, state }
      known.push((await declareIncident(ship, made)).id)
    } else if (verb === 'archive') await archiveComponent(ship, ids[component as 'shop'])
    else if (verb === 'bring back') await restoreComponent(ship, ids[component as 'shop'])
    else if (verb === 'delete') await deleteIncident(ship, id)
    else if (verb === 'restore') await restoreIncident(ship, id)
    else if (verb === 'merge') await mergeIncident(ship, id, { into: known[0] ?? 'none' })
    else if (verb === 'split') await splitIncident(ship, id)
    else if (verb === 'hide') await hideIncident(ship, id)
    else if (verb === 'publish') await publishIncident(ship, id)
    else if (verb === 'edit impacts') {
      const impacts = intervals.map(({ component, status, ago, lasted }) => {
        const ended_at = lasted === null ? null : before(ago - lasted)
        return { component, status, started_at: before(ago), ended_at }
      })
      await editImpacts(ship, id, { impacts })
    } else if (verb === 'edit') await editIncident(ship, id, { started_at: past })
    else await postUpdate(ship, id, { body: 'x', state, components, display_at: past })
  }
  return { ship, take }
}

/** Two intervals of one incident on one component that touch the same moment. */
function doubled(impacts: Impact[]) {
  const byOrigin = Map.groupBy(impacts, (impact) => `${impact.incident_id} ${impact.component_id}`)
  return [...byOrigin.values()].flatMap((own) =>
    own.slice(1).filter((impact, index) => (own[index]?.ended_at ?? '9') > impact.started_at),
  )
}

test('whatever is said of incidents, in whatever order, what components suffered stays in one piece', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const { ship, take } = await port()
      for (const one of steps) {
        await take(one).catch((error) => {
          if (!(error instanceof Refusal)) throw error
        })
      }
      const impacts: Impact[] = await ship.db
        .selectFrom('component_impacts')
        .selectAll()
        .orderBy('started_at')
        .execute()
      for (const impact of impacts) {
        const { started_at, resolved_at } = await incidentById(ship, impact.incident_id ?? '')
        assert.ok(impact.started_at < (impact.ended_at ?? '9'), 'an interval ends after it begins')
        assert.ok(impact.started_at >= started_at, 'no incident hurts before it began')
        if (resolved_at) assert.ok(impact.ended_at !== null && impact.ended_at <= resolved_at, 'over is over')
      }
      assert.deepEqual(doubled(impacts), [])
      const archived = new Set((await listComponents(ship, { archived: true })).map(({ id }) => id))
      assert.ok(impacts.every((one) => one.ended_at !== null || !archived.has(one.component_id)))
      const open = await listIncidents(ship, { show: 'open', limit: 100 })
      assert.ok(open.every(({ state, resolved_at }) => state !== 'resolved' && !resolved_at))
      await ship.db.destroy()
    }),
    { numRuns: 40 },
  )
})
