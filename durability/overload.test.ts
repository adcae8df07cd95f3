import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import autocannon from 'autocannon'
import { asking, attacked, percentile } from './attacked.ts'

const path = '/api/v1/releases?limit=100'
/** In a thread of its own, so that what it does is not taken for what readers wait. */
const apart = { workers: 1 }

/** What readers wait (milliseconds, p99) when nobody else is there: on a machine that is busy with other things, long. */
async function calmly(ask: ReturnType<typeof asking>['ask']) {
  const took: number[] = []
  for (let at = 0; at < 200; at += 1) {
    took.push((await ask('/')).took)
    await pause(5)
  }
  return percentile(took, 99)
}

/**
 * Asks the API three times as often as it can answer, over 250 connections, while a reader comes every 10 ms, and a
 * program now and then.
 */
async function overload(t: TestContext, ...without: string[]) {
  const { port, token, isAlive } = await attacked(t, ...without)
  const headers = { host: 'status.test', authorization: `Bearer ${token}` }
  const url = `http://127.0.0.1:${port}${path}`
  const calm = await autocannon({ url, headers, connections: 4, duration: 2, ...apart })
  const overallRate = Math.round(3 * calm.requests.average)
  const { ask, end } = asking(port)
  t.after(end)
  const before = await calmly(ask)

  let over = false
  const crowd = Promise.resolve(
    autocannon({
      url,
      headers,
      connections: 250,
      duration: 5,
      overallRate,
      timeout: 30,
      ...apart,
    }),
  ).finally(() => {
    over = true
  })
  const pages: ReturnType<typeof ask>[] = []
  const programs: ReturnType<typeof ask>[] = []
  for (let at = 0; !over; at += 1) {
    pages.push(ask('/'))
    if (at % 10 === 0) programs.push(ask(path, headers))
    await pause(10)
  }
  const { '2xx': answered, '5xx': refused } = await crowd
  const took = (await Promise.all(pages)).map(({ status, took }) =>
    status === 200 ? took : Number.POSITIVE_INFINITY,
  )
  const p99 = percentile(took, 99)
  assert.ok(isAlive())
  t.diagnostic(
    `${overallRate} a second: ${answered} answered, ${refused} refused; ${took.length} pages, p99 ${p99.toFixed(1)} ms, ${before.toFixed(1)} ms without the crowd`,
  )
  return { answered, refused, p99, most: Math.max(100, 4 * before), programs: await Promise.all(programs) }
}

test('at three times what it can answer, the public page comes within 100 ms and the rest is told when to come again', {
  timeout: 60_000,
}, async (t) => {
  const { answered, refused, p99, most, programs } = await overload(t)
  assert.ok(p99 <= most, `p99 of the page was ${p99} ms`)
  assert.ok(refused > 0 && answered > 0)
  const told = programs.filter(({ status }) => status === 503)
  assert.ok(told.length > 0)
  for (const { headers, body } of told)
    assert.deepEqual([headers['retry-after'], JSON.parse(body).status], ['10', 503])
  assert.deepEqual(
    programs.filter(({ status }) => status !== 200 && status !== 503),
    [],
  )
})

test('without the line the page waits behind the crowd, which the same crowd sees', {
  timeout: 60_000,
}, async (t) => {
  const { refused, p99, most } = await overload(t, '--no-line')
  assert.ok(refused === 0 && p99 > most, `p99 of the page was ${p99} ms`)
})
