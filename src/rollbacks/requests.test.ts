import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent } from '../components/actions.ts'
import { callById } from '../outbound/store.ts'
import { markBad } from '../releases/bad.ts'
import { releaseById } from '../releases/store.ts'
import { northwind } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { setReceiver } from './receiver.ts'
import { requestById } from './request-store.ts'
import { wholeRequest } from './request-whole.ts'
import { requestRollback, withdrawRequest } from './requests.ts'

const origin = 'https://status.example.com'
const why = { reason: 'Cards fail.' }

test('a request tells the receiver from where to where, for whom and why, signed, and the log', async () => {
  const given = await world()
  const { ship, good, bad } = await withWayBack(given)
  const { request, made } = await requestRollback(ship, { release: bad, to: good, ...why }, origin)
  assert.ok(made)
  const call = await callById(ship, request.call_id ?? '')
  const { type, data } = JSON.parse(call.body ?? '')
  assert.equal(type, 'rollback.requested')
  assert.deepEqual(
    [
      data.request,
      data.component,
      data.environment,
      data.from.version,
      data.to.version,
      data.asked_by,
      data.reason,
    ],
    [request.id, 'checkout', 'production', '2.14.0', '2.13.4', 'Ada', 'Cards fail.'],
  )
  assert.equal(call.url, 'http://127.0.0.1:9/rollback')
  assert.ok(call.sealed_secret)
  assert.deepEqual(await journalOf(ship, request.id), ['rollback.requested'])
})

test('two people who press at once make one rollback', async () => {
  const given = await world()
  const { ship, bad } = await withWayBack(given)
  const bea = ship.as({ kind: 'user', id: 'bea000000000', name: 'Bea' })
  const press = (who: World) => requestRollback(who, { release: bad, ...why }, origin)
  const presses = await Promise.all([press(ship), press(bea), press(ship), press(bea)])
  assert.equal(presses.filter(({ made }) => made).length, 1)
  assert.equal(new Set(presses.map(({ request }) => request.id)).size, 1)
  assert.equal((await ship.db.selectFrom('outbound_calls').select('id').execute()).length, 1)
})

test('the rollback that answers is measured from when it was asked for', async () => {
  const { ship, say, bad, state } = await withWayBack()
  const { request } = await requestRollback(ship, { release: bad, ...why }, origin)
  ship.wait(2)
  const id = await say('checkout', 'release.started', {
    version: '2.13.4',
    run: request.id,
    kind: 'rollback',
  })
  assert.equal(await state(request.id), 'running')
  ship.wait(1)
  await say('checkout', 'release.succeeded', { version: '2.13.4', run: request.id, kind: 'rollback' })
  const whole = await wholeRequest(ship, await requestById(ship, request.id))
  assert.deepEqual(
    [whole.progress.state, whole.took_seconds, whole.release_took_seconds],
    ['done', 180, 11 * 60],
  )
  const { asked_at, rollback_request_id } = await releaseById(ship, id)
  assert.deepEqual([asked_at, rollback_request_id], [request.asked_at, request.id])
})

test('a tool that knows nothing of the request answers it too, by what it puts live', async () => {
  const { ship, release, bad, state } = await withWayBack()
  const { request } = await requestRollback(ship, { release: bad, ...why }, origin)
  await release('checkout', '2.13.4', { minutes: 3, run: 'job 77' })
  assert.equal(await state(request.id), 'done')
})

test('a rollback that nobody asked for through Shiplog is a rollback like any other', async () => {
  const { ship, release } = await withWayBack()
  const back = await releaseById(ship, await release('checkout', '2.13.4', { run: 'by hand' }))
  assert.deepEqual([back.kind, back.asked_at, back.rollback_request_id], ['rollback', null, null])
})

test('a deploy of another version does not answer: the request is overtaken, and the way back is asked for anew', async () => {
  const { ship, release, bad, state } = await withWayBack()
  const first = await requestRollback(ship, { release: bad, ...why }, origin)
  const mended = await release('checkout', '2.14.1', { minutes: 4 })
  assert.equal(await state(first.request.id), 'overtaken')
  const second = await requestRollback(ship, { release: mended, ...why }, origin)
  assert.ok(second.made)
  assert.equal((await requestById(ship, first.request.id)).ended_at, ship.now().toISOString())
  assert.equal(await state(first.request.id), 'overtaken')
})

test('a run that carries the request’s id and brings another version has not done what was asked', async () => {
  const { ship, say, bad, state } = await withWayBack()
  const { request } = await requestRollback(ship, { release: bad, ...why }, origin)
  await say('checkout', 'release.succeeded', { version: '2.14.1', run: request.id })
  assert.equal(await state(request.id), 'overtaken')
})

test('after a failure or silence another request may be made', async () => {
  const { ship, say, bad, state } = await withWayBack()
  const first = await requestRollback(ship, { release: bad, ...why }, origin)
  await say('checkout', 'release.failed', { version: '2.13.4', run: first.request.id, kind: 'rollback' })
  assert.equal(await state(first.request.id), 'failed')
  assert.ok((await requestRollback(ship, { release: bad, ...why }, origin)).made)
})

test('a request can be taken back while nobody goes back yet, and its call is not tried again', async () => {
  const { ship, say, bad, state } = await withWayBack()
  const { request } = await requestRollback(ship, { release: bad, ...why }, origin)
  await withdrawRequest(ship, request.id)
  assert.equal(await state(request.id), 'withdrawn')
  const call = await callById(ship, request.call_id ?? '')
  assert.deepEqual([call.next_attempt_at, call.delivered_at], [null, null])
  const second = await requestRollback(ship, { release: bad, ...why }, origin)
  ship.wait(1)
  await say('checkout', 'release.started', { version: '2.13.4', run: second.request.id, kind: 'rollback' })
  await assert.rejects(withdrawRequest(ship, second.request.id), /running already/)
  assert.deepEqual(await journalOf(ship, request.id), ['rollback.requested', 'rollback.withdrawn'])
})

test('a drill that is asked for is known as one when it is answered', async () => {
  const { ship, say, bad } = await withWayBack()
  const { request } = await requestRollback(ship, { release: bad, drill: true, ...why }, origin)
  const { data } = JSON.parse((await callById(ship, request.call_id ?? '')).body ?? '')
  assert.equal(data.drill, true)
  ship.wait(1)
  const id = await say('checkout', 'release.succeeded', {
    version: '2.13.4',
    run: request.id,
    kind: 'rollback',
  })
  assert.ok((await releaseById(ship, id)).drill_at)
})

test('what cannot be asked for is refused in plain words, and nothing is sent', async () => {
  const { ship, say, good, bad, components } = await withWayBack()
  const refused = (input: Parameters<typeof requestRollback>[1], words: RegExp) =>
    assert.rejects(async () => requestRollback(ship, input, origin), words, String(words))
  await refused({ release: good, ...why }, /not live any more: 2\.14\.0 is/)
  await refused({ release: bad, to: bad, ...why }, /way back has changed/)
  await refused({ release: 'never', ...why }, /no such release/)
  await refused({ component: 'storefront', ...why }, /names no address/)
  await refused({ component: 'checkout', environment: 'moon', ...why }, /Nothing was ever released to moon/)
  await refused(
    { component: 'checkout', environment: 'staging', ...why },
    /Nothing is live|nothing to go back/i,
  )
  await refused({ release: bad, incident: 'never', ...why }, /no such incident/)
  for (const wrong of [{ release: bad, reason: ' ' }, why, { release: bad, reason: 'x'.repeat(1001) }]) {
    assert.throws(() => requestRollback(ship, wrong, origin), { name: 'ZodError' })
  }
  await say('checkout', 'release.started', { version: '2.13.4', run: 'by hand', kind: 'rollback' })
  await refused({ release: bad, ...why }, /A rollback to 2\.13\.4 is under way already/)
  await archiveComponent(ship, components.checkout.id)
  await refused({ release: bad, ...why }, /archived/)
  assert.deepEqual(await ship.db.selectFrom('rollback_requests').select('id').execute(), [])
  assert.deepEqual(await ship.db.selectFrom('outbound_calls').select('id').execute(), [])
})

test('over a point of no return only who says so goes back, and with what was marked bad nobody does', async () => {
  const { ship, release, say, good } = await withWayBack()
  await say('checkout', 'release.started', {
    version: '2.15.0',
    run: 'c',
    rollback: { db_change: 'irreversible' },
  })
  ship.wait(5)
  const contract = await say('checkout', 'release.succeeded', { version: '2.15.0', run: 'c' })
  await assert.rejects(requestRollback(ship, { release: contract, ...why }, origin), { code: 'conflict' })
  const { request } = await requestRollback(ship, { release: contract, despite: true, ...why }, origin)
  await withdrawRequest(ship, request.id)
  assert.equal((await requestById(ship, request.id)).to_version, '2.14.0')
  for (const one of [request.to_release_id, good]) await markBad(ship, one, { reason: 'It loses orders.' })
  await assert.rejects(requestRollback(ship, { release: contract, despite: true, ...why }, origin), {
    code: 'conflict',
  })
  await release('checkout', '2.16.0')
})

async function withWayBack(given?: World) {
  const shop = await northwind(given)
  const { ship, release } = shop
  ship.at('2026-11-20T09:00:00.000Z')
  await setReceiver(ship, 'checkout', { recipe: 'webhook', url: 'http://127.0.0.1:9/rollback' })
  const good = await release('checkout', '2.13.4')
  ship.at('2026-11-23T11:35:00.000Z')
  const bad = await release('checkout', '2.14.0', { minutes: 11 })
  ship.wait(10)
  const state = async (id: string) => (await wholeRequest(ship, await requestById(ship, id))).progress.state
  return { ...shop, good, bad, state }
}

async function journalOf({ db }: World, subject_id: string) {
  const lines = db.selectFrom('journal').select('action').where('subject_id', '=', subject_id)
  return (await lines.orderBy('id').execute()).map(({ action }) => action)
}
