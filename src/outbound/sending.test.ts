import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { followJournal } from '../journal/follow.ts'
import { record } from '../journal/journal.ts'
import { inTransaction } from '../platform/context.ts'
import { type World, world } from '../testing/world.ts'
import { forgetOldCalls, queueCall, replayCall, stopCall } from './actions.ts'
import { type Answer, type Client, makeClient } from './client.ts'
import { callWhole } from './look.ts'
import type { NewCall } from './model.ts'
import { keepSending, sendDue } from './sending.ts'
import { newSigningSecret } from './sign.ts'
import { attemptsOf, callById } from './store.ts'

const wanted: NewCall = {
  purpose: 'rollback.requested',
  subject: ['rollback_request', 'req123456789'],
  url: 'https://deploy.example/hook?token=in-the-query',
  body: '{"type":"rollback.requested"}',
  schedule: 'urgent',
}
const ok: Answer = { status: 202, headers: {}, body_excerpt: 'taken' }
const broken: Answer = { status: 500, headers: {}, body_excerpt: 'oh no' }
const silent: Answer = { error: 'There was no answer within 15 seconds.', permanent: false }

/** Answers each call with the next of these, the last one for ever, and remembers what came. */
function receiver(...answers: (Answer | Error)[]) {
  const came: Parameters<Client['send']>[0][] = []
  const client: Client = {
    async send(sent) {
      came.push(sent)
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? ok
      if (answer instanceof Error) throw answer
      return answer
    },
    head: async () => ok,
  }
  return { came, client }
}

async function httpAt(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** What stands in the store of a call: how it is, and what each try came to. */
async function standing(ship: World, id: string) {
  const { state, attempts, next_attempt_at, failure } = await callWhole(ship, id)
  const errors = (await attemptsOf(ship, id)).map(({ status, error }) => [status, error])
  return { state, attempts, next_attempt_at, failure, errors }
}

test('a call comes signed, with its headers, and is done when it is taken', async (t) => {
  const ship = await world()
  const secret = newSigningSecret()
  let headers: IncomingHttpHeaders = {}
  let body = ''
  const url = await httpAt(t, async (request, response) => {
    headers = request.headers
    for await (const chunk of request) body += chunk
    response.writeHead(202).end('taken')
  })
  ship.at(new Date().toISOString())
  const id = await queueCall(ship, { ...wanted, url, secret, headers: { authorization: 'Bearer abc' } })
  assert.equal(await sendDue(ship, makeClient({ allow: ['127.0.0.1'] })), 1)
  assert.ok(new Webhook(secret).verify(body, headers as Record<string, string>))
  assert.deepEqual([headers['webhook-id'], headers.authorization], [id, 'Bearer abc'])
  assert.equal(headers['content-type'], 'application/json')
  assert.deepEqual(await standing(ship, id), {
    state: 'delivered',
    attempts: 1,
    next_attempt_at: null,
    failure: null,
    errors: [[202, null]],
  })
  assert.equal((await attemptsOf(ship, id))[0]?.response, 'taken')
})

test('what failed is tried again at its time, as the same call with a new timestamp', async () => {
  const ship = await world()
  const { came, client } = receiver(broken, silent, ok)
  const id = await queueCall(ship, { ...wanted, secret: newSigningSecret() })
  const idle = await queueCall(ship, { ...wanted, schedule: 'patient' })
  await stopCall(ship, idle, 'Not wanted.')
  assert.equal(await sendDue(ship, client), 1)
  assert.equal((await standing(ship, id)).next_attempt_at, '2026-11-23T12:00:05.000Z')
  assert.equal(await sendDue(ship, client), 0)
  ship.wait(1)
  assert.equal(await sendDue(ship, client), 1)
  assert.equal((await standing(ship, id)).next_attempt_at, '2026-11-23T12:01:15.000Z')
  ship.wait(1)
  assert.equal(await sendDue(ship, client), 1)
  const { state, errors } = await standing(ship, id)
  assert.equal(state, 'delivered')
  assert.deepEqual(errors, [
    [500, 'The receiver is broken (500).'],
    [null, 'There was no answer within 15 seconds.'],
    [202, null],
  ])
  assert.deepEqual(new Set(came.map(({ headers }) => headers?.['webhook-id'])), new Set([id]))
  assert.equal(new Set(came.map(({ headers }) => headers?.['webhook-timestamp'])).size, 3)
})

test('many nodes that look at once send a call once', async () => {
  const ship = await world()
  const { came, client } = receiver(ok)
  const ids = [await queueCall(ship, wanted), await queueCall(ship, wanted), await queueCall(ship, wanted)]
  const tried = await Promise.all(Array.from({ length: 6 }, () => sendDue(ship, client)))
  assert.equal(
    tried.reduce((sum, one) => sum + one, 0),
    3,
  )
  assert.equal(came.length, 3)
  for (const id of ids) assert.equal((await attemptsOf(ship, id)).length, 1)
})

test('whoever dies between sending and noting it is followed, with the same id', async () => {
  const ship = await world()
  const { came, client } = receiver(new Error('killed'), ok)
  const id = await queueCall(ship, { ...wanted, secret: newSigningSecret() })
  await sendDue(ship, client)
  assert.equal(await sendDue(ship, client), 0)
  ship.wait(0.9)
  assert.equal(await sendDue(ship, client), 0)
  ship.wait(0.2)
  assert.equal(await sendDue(ship, client), 1)
  assert.deepEqual(
    came.map(({ headers }) => headers?.['webhook-id']),
    [id, id],
  )
  assert.equal((await standing(ship, id)).state, 'delivered')
})

test('whoever was too slow and was followed has no say any more', async () => {
  const ship = await world()
  const id = await queueCall(ship, wanted)
  const slow: Client = {
    head: async () => ok,
    async send() {
      ship.wait(2)
      await sendDue(ship, receiver(broken).client)
      return broken
    },
  }
  await sendDue(ship, slow)
  const { attempts, next_attempt_at, errors } = await standing(ship, id)
  assert.deepEqual([attempts, errors.length], [2, 2])
  assert.equal(next_attempt_at, '2026-11-23T12:02:15.000Z')
})

test('a call of a verb that fails is never sent', async () => {
  const ship = await world()
  const { came, client } = receiver(ok)
  const failing = inTransaction(ship, async (ctx) => {
    await queueCall(ctx, wanted)
    throw new Error('changed my mind')
  })
  await assert.rejects(failing)
  assert.equal(await sendDue(ship, client), 0)
  assert.equal(came.length, 0)
})

test('an urgent call is given up after its tries, and says what came of the last', async () => {
  const ship = await world()
  const { came, client } = receiver(broken)
  const id = await queueCall(ship, wanted)
  for (let second = 0; second <= 600; second += 5) {
    await sendDue(ship, client)
    ship.wait(5 / 60)
  }
  assert.equal(came.length, 6)
  const { state, failure } = await standing(ship, id)
  assert.deepEqual(
    [state, failure],
    ['failed', 'It was tried 6 times, in vain. The receiver is broken (500).'],
  )
})

test('an urgent call that could not be sent in time is not sent at all', async () => {
  const ship = await world()
  const { came, client } = receiver(ok)
  const [urgent, patient] = [
    await queueCall(ship, wanted),
    await queueCall(ship, { ...wanted, schedule: 'patient' }),
  ]
  ship.wait(60)
  await sendDue(ship, client)
  assert.equal(came.length, 1)
  assert.match((await standing(ship, urgent)).failure ?? '', /did not run, or was paused.*too late/)
  assert.equal((await standing(ship, patient)).state, 'delivered')
})

test('what will not change ends a call at once; a wait that is asked for is kept to', async () => {
  const ship = await world()
  for (const [answer, words] of [
    [{ status: 410, headers: {}, body_excerpt: '' }, /gone for good/],
    [{ status: 401, headers: {}, body_excerpt: '' }, /token or signature/],
    [{ error: 'It sends callers on (302).', permanent: true, status: 302 }, /sends callers on/],
  ] as [Answer, RegExp][]) {
    const id = await queueCall(ship, wanted)
    await sendDue(ship, receiver(answer).client)
    const { state, failure, attempts } = await standing(ship, id)
    assert.deepEqual([state, attempts], ['failed', 1])
    assert.match(failure ?? '', words)
  }
  const id = await queueCall(ship, { ...wanted, schedule: 'patient' })
  await sendDue(ship, receiver({ status: 429, headers: { 'retry-after': '3600' }, body_excerpt: '' }).client)
  assert.equal((await standing(ship, id)).next_attempt_at, '2026-11-23T13:00:00.000Z')
})

test('a stopped call is tried no more, and one that arrives all the same counts', async () => {
  const ship = await world()
  const { client } = receiver(broken)
  const id = await queueCall(ship, wanted)
  await sendDue(ship, client)
  assert.equal(await stopCall(ship, id, 'The wish was taken back.'), true)
  assert.equal(await stopCall(ship, id, 'Again.'), false)
  ship.wait(1)
  assert.equal(await sendDue(ship, client), 0)
  assert.deepEqual((await standing(ship, id)).failure, 'The wish was taken back.')

  for (const [answer, state] of [
    [ok, 'delivered'],
    [broken, 'failed'],
  ] as const) {
    const late = await queueCall(ship, wanted)
    const stopping: Client = {
      head: async () => ok,
      send: async () => {
        await stopCall(ship, late, 'Stopped.')
        return answer
      },
    }
    await sendDue(ship, stopping)
    assert.equal((await standing(ship, late)).state, state)
    assert.equal((await standing(ship, late)).next_attempt_at, null)
  }
  const lines = await ship.db.selectFrom('journal').select('action').execute()
  assert.deepEqual(
    lines.map(({ action }) => action),
    ['outbound.stopped', 'outbound.stopped', 'outbound.stopped'],
  )
})

test('a call that is over is sent again as a new one that points at it', async () => {
  const ship = await world()
  const { came, client } = receiver(ok)
  const secret = newSigningSecret()
  const id = await queueCall(ship, { ...wanted, secret, headers: { 'x-token': 'abc' } })
  await assert.rejects(replayCall(ship, id), { code: 'conflict' })
  await sendDue(ship, client)
  const again = await replayCall(ship, id)
  await sendDue(ship, client)
  assert.equal((await callById(ship, again)).replays_call_id, id)
  assert.equal(came[1]?.body, came[0]?.body)
  assert.equal(came[1]?.headers?.['x-token'], 'abc')
  assert.equal(came[1]?.headers?.['webhook-id'], again)
  const line = await ship.db.selectFrom('journal').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([line.action, line.subject_id], ['outbound.replayed', again])
  await assert.rejects(replayCall(ship, 'nothing'), { code: 'not-found' })
})

test('after 90 days what was said and answered is forgotten; that it was said is not', async () => {
  const ship = await world()
  const { client } = receiver(ok)
  const id = await queueCall(ship, { ...wanted, headers: { 'x-token': 'abc' } })
  await sendDue(ship, client)
  ship.wait(89 * 1440)
  const young = await queueCall(ship, { ...wanted, schedule: 'patient' })
  assert.equal(await forgetOldCalls(ship), 0)
  ship.wait(2 * 1440)
  assert.equal(await forgetOldCalls(ship), 1)
  const { body, sealed_headers, delivered_at } = await callById(ship, id)
  assert.deepEqual([body, sealed_headers], [null, null])
  assert.ok(delivered_at)
  assert.deepEqual(await attemptsOf(ship, id), [])
  await assert.rejects(replayCall(ship, id), { code: 'gone' })
  ship.wait(365 * 1440)
  assert.equal(await forgetOldCalls(ship), 0, 'a call that still waits keeps what it says')
  assert.ok((await callById(ship, young)).body)
})

test('what can never be sent is refused where it is asked for', async () => {
  const ship = await world()
  const refused: Partial<NewCall>[] = [
    { url: 'file:///etc/passwd' },
    { url: 'https://ada:secret@deploy.example/' },
    { headers: { host: 'other.example' } },
    { headers: { x: 'a\r\nb: c' } },
    { secret: 'short' },
  ]
  for (const wrong of refused) {
    await assert.rejects(queueCall(ship, { ...wanted, ...wrong }), { code: 'invalid' })
  }
})

test('tokens and secrets are sealed in the store, and in nothing that is shown or logged', async () => {
  const ship = await world()
  const logged: unknown[] = []
  const log = (...words: unknown[]) => void logged.push(words)
  const noisy = { ...ship, log: { info: log, warn: log, error: log } }
  const secret = newSigningSecret()
  const id = await queueCall(ship, {
    ...wanted,
    secret,
    headers: { Authorization: 'Bearer canary-token' },
    secret_tail: '&token=tail-canary',
  })
  const { came, client } = receiver(new Error('killed'))
  await sendDue(noisy, client)
  assert.equal(came[0]?.body, `${wanted.body}&token=tail-canary`)
  const { url, ...row } = await callById(ship, id)
  const whole = await callWhole(ship, id)
  assert.ok(logged.length > 0)
  for (const text of [JSON.stringify(row), JSON.stringify(whole), JSON.stringify(logged)]) {
    for (const canary of ['canary-token', 'tail-canary', secret, 'in-the-query'])
      assert.ok(!text.includes(canary), text)
  }
  assert.deepEqual(whole.header_names, ['Authorization'])
  assert.equal(whole.address, 'https://deploy.example/hook?…')
})

test('a call whose secrets another key sealed fails in words, and the others go on', async () => {
  const ship = await world()
  const id = await queueCall(ship, { ...wanted, secret: newSigningSecret() })
  const plain = await queueCall(ship, wanted)
  await sendDue({ ...ship, secret: Buffer.alloc(32, 8) }, receiver(ok).client)
  assert.match((await standing(ship, id)).failure ?? '', /another SHIPLOG_SECRET/)
  assert.equal((await standing(ship, plain)).state, 'delivered')
})

test('a receiver that does anything but take a call loses nothing of it', async (t) => {
  const ship = await world()
  const client = makeClient({ allow: ['127.0.0.1'], timeout_ms: 200 })
  const receivers: [RequestListener, RegExp][] = [
    [() => {}, /no answer within/],
    [(request) => request.socket.destroy(), /closed the connection/],
    [(_, response) => response.writeHead(503).end(), /not there for the moment/],
  ]
  for (const [answer, words] of receivers) {
    const id = await queueCall(ship, { ...wanted, url: await httpAt(t, answer) })
    await sendDue(ship, client)
    const { state, next_attempt_at, errors } = await standing(ship, id)
    assert.deepEqual([state, next_attempt_at], ['waiting', '2026-11-23T12:00:05.000Z'])
    assert.match(String(errors[0]?.[1]), words)
  }
})

test('a call is sent right after the commit, and a stop waits for what is under way', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] }) // the journal alone tells of it
  const ship = await world()
  const journal = followJournal(ship)
  const following = { ...ship, committed: journal.committed }
  const begun = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<Answer>()
  const client: Client = {
    head: async () => ok,
    send: () => {
      begun.resolve()
      return answer.promise
    },
  }
  const stop = keepSending(following, journal, client)
  const id = await inTransaction(following, async (ctx) => {
    await record(ctx, { action: 'rollback.requested', subject: ['rollback_request', 'x'] })
    return queueCall(ctx, wanted)
  })
  await begun.promise
  const stopped = stop()
  answer.resolve(ok)
  await stopped
  assert.equal((await standing(ship, id)).state, 'delivered')
  const late = await queueCall(ship, wanted)
  journal.committed([{ id: 'later' } as Parameters<typeof journal.committed>[0][0]])
  await new Promise(setImmediate)
  assert.equal((await standing(ship, late)).state, 'waiting')
})

test('what other processes stored, or failed, is found by looking each second', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const ship = await world()
  const { came, client } = receiver(ok)
  const stop = keepSending(ship, followJournal(ship), client)
  await queueCall(ship, wanted)
  t.mock.timers.tick(1000)
  await stop()
  assert.equal(came.length, 1)
})
