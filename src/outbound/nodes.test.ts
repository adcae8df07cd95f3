import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../platform/context.ts'
import { openDatabase } from '../platform/database.ts'
import { freshDatabase } from '../testing/nodes.ts'
import { type World, world, worldOn } from '../testing/world.ts'
import { queueCall } from './actions.ts'
import type { Client } from './client.ts'
import { sendDue } from './sending.ts'
import { claimDue } from './store.ts'

const call = (at: number) => ({
  purpose: 'rollback.requested',
  subject: ['rollback_request', `req${at}`] as [string, string],
  url: 'https://deploy.example/hook',
  body: `{"at":${at}}`,
  schedule: 'patient' as const,
})
const queue = (ship: World, count: number) =>
  inTransaction(ship, async (ctx) => {
    for (let at = 0; at < count; at += 1) await queueCall(ctx, call(at))
  })
const [now, until] = ['2026-11-23T12:00:00.000Z', '2026-11-23T12:01:00.000Z']

test('nodes that look at once take each call once', async () => {
  const ship = await world()
  await queue(ship, 60)
  const bodies: string[] = []
  const client: Client = {
    send: async ({ body = '' }) => {
      bodies.push(body)
      return { status: 200, headers: {}, body_excerpt: '' }
    },
    head: async () => ({ status: 200, headers: {}, body_excerpt: '' }),
  }
  const tried = await Promise.all([1, 2, 3, 4].map(() => sendDue(ship, client)))
  assert.equal(
    tried.reduce((sum, one) => sum + one),
    60,
  )
  assert.equal(new Set(bodies).size, 60)
  assert.equal(bodies.length, 60)
})

test('a lease that ran out is another node’s to take; one that did not is nobody’s', async () => {
  const ship = await world()
  await queue(ship, 3)
  assert.equal((await claimDue(ship, { now, until, limit: 2 })).length, 2)
  assert.equal((await claimDue(ship, { now, until, limit: 9 })).length, 1)
  assert.equal((await claimDue(ship, { now, until, limit: 9 })).length, 0)
  const later = await claimDue(ship, { now: until, until: '2026-11-23T12:02:00.000Z', limit: 9 })
  assert.deepEqual(
    later.map(({ attempts }) => attempts),
    [2, 2, 2],
  )
})

test('on PostgreSQL nobody waits for what another node is taking this very moment', async () => {
  const ship = worldOn(openDatabase(await freshDatabase()))
  await queue(ship, 5)
  await inTransaction(ship, async (ctx) => {
    const taken = await claimDue(ctx, { now, until, limit: 3 })
    const others = await claimDue(ship, { now, until, limit: 9 })
    assert.deepEqual([taken.length, others.length], [3, 2])
    assert.equal(new Set([...taken, ...others].map(({ id }) => id)).size, 5)
  })
  await ship.db.destroy()
})
