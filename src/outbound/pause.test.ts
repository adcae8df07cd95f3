import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type World, world } from '../testing/world.ts'
import { queueCall } from './actions.ts'
import type { Client } from './client.ts'
import { pauseCalls, pauseOf, resumeCalls } from './pause.ts'
import { sendDue } from './sending.ts'
import { callById, claimDue } from './store.ts'

const ok = { status: 202, headers: {}, body_excerpt: '' }

function receiver() {
  const came: string[] = []
  const send: Client['send'] = async ({ body }) => {
    came.push(String(body))
    return ok
  }
  return { came, client: { send, head: async () => ok } }
}

const queue = (ship: World, body: string) =>
  queueCall(ship, {
    purpose: 'ping',
    subject: ['site', 'site'],
    url: 'https://x.example/',
    body,
    schedule: 'patient',
  })

test('in a pause nothing is sent, and afterwards what waited is', async () => {
  const ship = await world()
  const { came, client } = receiver()
  await queue(ship, 'before')
  assert.equal(await pauseCalls(ship, 'Restored.'), true)
  assert.equal(await pauseCalls(ship, 'Again.'), false)
  await queue(ship, 'meanwhile')
  assert.equal(await sendDue(ship, client), 0)
  const pause = await pauseOf(ship)
  assert.deepEqual([pause?.why, pause?.waiting, pause?.paused_by], ['Restored.', 2, 'Ada'])
  assert.deepEqual(await resumeCalls(ship, { drop: false }), { sent: 2, dropped: 0 })
  assert.equal(await pauseOf(ship), null)
  assert.equal(await sendDue(ship, client), 2)
  assert.deepEqual(came.sort(), ['before', 'meanwhile'])
})

test('what waited can be dropped instead: it is kept as failed, with who dropped it', async () => {
  const ship = await world()
  const { came, client } = receiver()
  const id = await queue(ship, 'old')
  await pauseCalls(ship, 'Restored.')
  assert.deepEqual(await resumeCalls(ship, { drop: true }), { sent: 0, dropped: 1 })
  await queue(ship, 'new')
  await sendDue(ship, client)
  assert.deepEqual(came, ['new'])
  assert.match((await callById(ship, id)).failure ?? '', /^Dropped by Ada/)
  await assert.rejects(resumeCalls(ship, { drop: true }), { code: 'conflict' })
})

test('no node can take a call in a pause, and any can after it', async () => {
  const ship = await world()
  await queue(ship, 'x')
  const now = ship.now().toISOString()
  const claim = { now, until: now, limit: 10 }
  await pauseCalls(ship, 'Restored.')
  assert.deepEqual(await claimDue(ship, claim), [])
  await resumeCalls(ship, { drop: false })
  assert.equal((await claimDue(ship, claim)).length, 1)
})
