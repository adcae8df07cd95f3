import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listPublicComponents, publicComponent } from '../components/public.ts'
import { listPublicIncidents } from '../incidents/public.ts'
import { listPublicReleases } from '../releases/public.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { incidentPage } from './incident.ts'
import { componentPage, nowPage, releasesPage } from './pages.ts'
import { releasePage } from './release.ts'
import { rollbacksPage } from './rollbacks.ts'

test('every public page reads the same, and the lists page through the same', async () => {
  const { ship, incident, cause } = await northwindInTrouble()
  const now = await nowPage(ship)
  assert.equal(now.headline.words, 'Checkout is partly down')
  assert.deepEqual(now.log.lines.map(({ verb, versions }) => `${verb} ${versions}`).slice(0, 5), [
    'Rolling back 2.14.0 → 2.13.4',
    'Released 2.14.0',
    'Released 5.41.2',
    'Released 2.13.4',
    'Rolled back 2.11.0 → 2.10.3',
  ])
  assert.deepEqual(
    now.days.flatMap((day) => day.incidents.map(({ title }) => title)),
    ['Search results were out of date'],
  )
  assert.equal((await incidentPage(ship, incident.id)).incident.rollback?.usual_seconds, 180)
  assert.ok((await releasePage(ship, cause)).tide)
  assert.equal((await componentPage(ship, 'checkout')).past.length, 1)
  assert.equal((await rollbacksPage(ship)).backs.length, 2)

  const first = await releasesPage(ship, { component: 'checkout' })
  assert.equal(first.log.lines.length, 6)
  const { next_cursor } = await listPublicReleases(ship, { component: 'checkout', limit: 4 })
  const rest = await listPublicReleases(ship, { component: 'checkout', limit: 4, cursor: next_cursor ?? '' })
  assert.deepEqual(
    rest.data.map(({ version }) => version),
    ['2.11.0', '2.10.3'],
  )
  assert.equal((await listPublicIncidents(ship, { limit: 2 })).data.length, 2)
  assert.equal((await listPublicComponents(ship, { limit: 2 })).data.length, 2)
  assert.deepEqual(
    (await publicComponent(ship, 'checkout')).live.map(({ version }) => version),
    ['2.14.0'],
  )
})
