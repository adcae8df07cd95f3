import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, Client } from '../outbound/client.ts'
import { sendDue } from '../outbound/sending.ts'
import { callById } from '../outbound/store.ts'
import { northwind } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { setReceiver } from './receiver.ts'
import { requestById } from './request-store.ts'
import { wholeRequest } from './request-whole.ts'
import { requestRollback } from './requests.ts'
import { resendCall } from './resend.ts'

const answering = (status: number): Client => {
  const answer: Answer = { status, headers: {}, body_excerpt: '' }
  return { send: async () => answer, head: async () => answer }
}

/** A request whose receiver has refused it. */
async function refusedRequest(given: World) {
  const { ship, release, say } = await northwind(given)
  ship.at('2026-11-20T09:00:00.000Z')
  await setReceiver(ship, 'checkout', { recipe: 'webhook', url: 'https://deploy.example/rollback' })
  await release('checkout', '2.13.4')
  ship.at('2026-11-23T11:35:00.000Z')
  const bad = await release('checkout', '2.14.0', { minutes: 11 })
  ship.wait(10)
  const ask = () => requestRollback(ship, { release: bad, reason: 'Cards fail.' }, 'https://status.example')
  const { request } = await ask()
  await sendDue(ship, answering(404))
  const state = async () => (await wholeRequest(ship, await requestById(ship, request.id))).progress.state
  assert.equal(await state(), 'refused')
  return { ship, say, ask, request, call_id: request.call_id ?? '', state }
}

test('a call for a rollback that is sent again is the one that its request follows', async () => {
  const given = await world()
  const { ship, ask, request, call_id, state } = await refusedRequest(given)
  const again = await resendCall(ship, call_id)
  assert.equal((await callById(ship, again)).replays_call_id, call_id)
  assert.equal(await state(), 'asked')
  assert.equal((await ask()).request.id, request.id, 'who presses meanwhile is shown the same request')
  await assert.rejects(resendCall(ship, again), { code: 'conflict' })
  await sendDue(ship, answering(202))
  assert.equal(await state(), 'accepted')
})

test('a call for a rollback is not sent again once another was asked for', async () => {
  const given = await world()
  const { ship, ask, call_id } = await refusedRequest(given)
  assert.equal((await ask()).made, true)
  await assert.rejects(resendCall(ship, call_id), /Ask anew/)
})

test('a call for a rollback is not sent again once it was answered', async () => {
  const given = await world()
  const { ship, say, request, call_id } = await refusedRequest(given)
  await say('checkout', 'release.started', { version: '2.13.4', run: request.id, kind: 'rollback' })
  await assert.rejects(resendCall(ship, call_id), /Ask anew/)
})
