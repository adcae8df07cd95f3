import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompiledQuery } from 'kysely'
import { askGate } from '../gate/gate.ts'
import type { Context } from '../platform/context.ts'
import { northwind } from '../testing/northwind.ts'
import { once } from '../testing/world.ts'
import { overviewPage } from './overview-page.ts'
import { wayBackPanel } from './panel.ts'
import { readinessOf } from './readiness-of.ts'
import { setReceiver } from './receiver.ts'
import { listRequests } from './request-store.ts'
import { wholeRequest } from './request-whole.ts'
import { requestRollback } from './requests.ts'

/** How SQLite reads what a piece of work asks it for. */
async function plansOf(ctx: Context, work: (ctx: Context) => Promise<unknown>): Promise<string[]> {
  const asked: CompiledQuery[] = []
  const db = ctx.db.withPlugin({
    transformQuery({ node, queryId }) {
      asked.push(ctx.db.getExecutor().compileQuery(node, queryId))
      return node
    },
    transformResult: async ({ result }) => result,
  })
  await work({ ...ctx, db })
  const plans: string[] = []
  for (const { sql, parameters } of asked.filter(({ sql }) => sql.startsWith('select'))) {
    const explained = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
    const { rows } = await ctx.db.executeQuery<{ detail: string }>(explained)
    plans.push(...rows.map(({ detail }) => detail))
  }
  return plans
}

test('however long the history is, nothing about the way back reads all releases', once, async () => {
  const { ship, release } = await northwind()
  await setReceiver(ship, 'checkout', { recipe: 'webhook', url: 'http://127.0.0.1:9/rollback' })
  await release('checkout', '2.13.4')
  const id = await release('checkout', '2.14.0')
  await requestRollback(ship, { release: id, reason: 'Cards fail.' }, 'https://status.example.com')
  const pages: Record<string, (ctx: Context) => Promise<unknown>> = {
    overview: (ctx) => overviewPage(ctx, {}),
    panel: (ctx) => wayBackPanel(ctx, { release_id: id, back: '/' }),
    readiness: (ctx) => readinessOf(ctx, id),
    requests: async (ctx) => {
      for (const one of await listRequests(ctx, { limit: 10 })) await wholeRequest(ctx, one)
    },
    gate: (ctx) => askGate(ctx, { component: 'checkout', version: '2.15.0' }),
  }
  for (const [page, work] of Object.entries(pages)) {
    const plans = await plansOf(ship, work)
    assert.ok(
      plans.some((plan) => plan.includes('releases')),
      page,
    )
    const whole = plans.filter((plan) => /^SCAN (releases|answer|from|to)\b|AUTOMATIC/.test(plan))
    assert.deepEqual(whole, [], page)
  }
})
