import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declareIncident } from '../incidents/actions.ts'
import type { Context } from '../platform/context.ts'
import { northwindInTrouble } from '../testing/northwind.ts'
import { historyPage } from './history.ts'
import { incidentPage } from './incident.ts'
import { componentPage, nowPage, releasesPage } from './pages.ts'
import { releasePage } from './release.ts'
import { rollbacksPage } from './rollbacks.ts'

async function queriesOf(ctx: Context, page: (ctx: Context) => Promise<unknown>) {
  let queries = 0
  const db = ctx.db.withPlugin({
    transformQuery({ node }) {
      queries++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  await page({ ...ctx, db })
  return queries
}

const lists: Record<string, (ctx: Context) => Promise<unknown>> = {
  '/': nowPage,
  '/releases': (ctx) => releasesPage(ctx, {}),
  '/components/checkout': (ctx) => componentPage(ctx, 'checkout'),
  '/rollbacks': rollbacksPage,
  '/history': (ctx) => historyPage(ctx, {}),
}

test('a public page asks the store as often however much has happened', async () => {
  const { ship, release, cause, incident } = await northwindInTrouble()
  const pages: typeof lists = {
    ...lists,
    '/incidents/:id': (ctx) => incidentPage(ctx, incident.id),
    '/releases/:id': (ctx) => releasePage(ctx, cause),
  }
  const before: Record<string, number> = {}
  for (const [path, page] of Object.entries(pages)) before[path] = await queriesOf(ship, page)
  for (const version of ['3.0', '3.1', '3.2']) {
    const other = await release('storefront', version)
    for (const cause_release_id of [other, cause]) {
      const given = { title: 'More trouble', body: 'x', cause: 'release' as const, cause_release_id }
      const component = { component: 'checkout', status: 'major_outage' as const }
      await declareIncident(ship, { ...given, components: [component] })
    }
  }
  for (const [path, page] of Object.entries(pages)) {
    assert.equal(await queriesOf(ship, page), before[path], path)
    assert.ok((before[path] ?? 0) <= 32, `${path} asks ${before[path]} times`)
  }
})
