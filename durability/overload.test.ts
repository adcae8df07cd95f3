import assert from 'node:assert/strict'
import { getPriority, setPriority } from 'node:os'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { asking, attacked, crowdAt, percentile } from './attacked.ts'

const path = '/api/v1/releases?limit=100'
const seconds = 5
/** What a reader waits at most (milliseconds, p99). A machine that lets the reader itself wait cannot tell how long it was. */
const most = 100

type Server = Awaited<ReturnType<typeof attacked>>

/** What is measured is the server, not how long this process waits for the processor. */
function goFirst(t: TestContext) {
  const usual = getPriority()
  try {
    setPriority(-10)
    t.after(() => setPriority(usual))
  } catch {} // only root may
}

/** Readers, every other one over a new connection; each is told what they waited and what the server worked meanwhile. */
function readersOf({ port, worked }: Server) {
  const [kept, fresh] = [asking(port), asking(port, false)]
  const coming: Promise<{ took: number; work: number }>[] = []
  const late: number[] = []

  async function waitFor({ ask }: typeof kept) {
    const before = worked()
    const { status, took } = await ask('/')
    return { took: status === 200 ? took : Number.POSITIVE_INFINITY, work: worked() - before }
  }

  async function come() {
    coming.push(waitFor(coming.length % 2 === 0 ? kept : fresh))
    const began = performance.now()
    await pause(10)
    late.push(performance.now() - began - 10)
  }

  /** The p99 (milliseconds) of all that came since this was last asked; `late`: how late this process itself was. */
  async function told() {
    const all = await Promise.all(coming.splice(0))
    const p99 = (values: number[]) => percentile(values, 99)
    const [took, work] = [p99(all.map(({ took }) => took)), p99(all.map(({ work }) => work))]
    return { count: all.length, took, work, late: p99(late.splice(0)) }
  }
  return { come, told, ask: kept.ask, end: () => [kept, fresh].map(({ end }) => end()) }
}

/** How often a second the API could be answered by a thread that does nothing else. */
async function capacityOf({ token, worked }: Server, url: string) {
  await crowdAt(url, { token, connections: 4, seconds: 1, rate: 0 })
  const before = worked()
  const { answered } = await crowdAt(url, { token, connections: 4, seconds: 2, rate: 0 })
  return (1000 * answered) / (worked() - before)
}

/**
 * Asks the API three times as often as it can answer, over 250 connections, while a reader comes every 10 ms, and a
 * program now and then.
 */
async function overload(t: TestContext, ...without: string[]) {
  const server = await attacked(t, ...without)
  goFirst(t)
  const url = `http://127.0.0.1:${server.port}${path}`
  const capacity = await capacityOf(server, url)
  const { ask, come, told, end } = readersOf(server)
  t.after(end)
  await ask('/')
  for (let at = 0; at < 200; at += 1) await come()
  const calm = await told()

  let over = false
  const given = { token: server.token, connections: 250, seconds, rate: Math.round(3 * capacity) }
  const crowd = crowdAt(url, given).finally(() => {
    over = true
  })
  const programs: ReturnType<typeof ask>[] = []
  for (let at = 0; !over; at += 1) {
    if (at % 10 === 0) programs.push(ask(path, { authorization: `Bearer ${server.token}` }))
    await come()
  }
  const { answered, refused } = await crowd
  const pages = await told()
  assert.ok(server.isAlive())
  t.diagnostic(words({ capacity, answered, refused, calm, pages }))
  return { answered, refused, pages, programs: await Promise.all(programs) }
}

type Readers = Awaited<ReturnType<ReturnType<typeof readersOf>['told']>>
type Told = { capacity: number; answered: number; refused: number; calm: Readers; pages: Readers }

function words({ capacity, answered, refused, calm, pages }: Told) {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  return [
    `it could answer ${Math.round(capacity)} a second, and was asked ${Math.round((answered + refused) / seconds)}`,
    `${answered} were answered, ${refused} refused`,
    `${pages.count} pages: p99 ${ms(pages.took)}, of which the server worked ${ms(pages.work)}`,
    `without the crowd ${ms(calm.took)}, ${ms(calm.work)}`,
    `the readers' own process was late by ${ms(pages.late)}`,
  ].join('; ')
}

test('at three times what it can answer, the public page comes within 100 ms and the rest is told when to come again', {
  timeout: 60_000,
}, async (t) => {
  const { answered, refused, pages, programs } = await overload(t)
  assert.ok(pages.work <= most, `the server worked ${pages.work} ms before a page`)
  if (pages.late < 10) assert.ok(pages.took <= most, `p99 of the page was ${pages.took} ms`)
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
  const { refused, pages } = await overload(t, '--no-line')
  assert.ok(refused === 0 && Math.min(pages.work, pages.took) > most, `p99 of the page was ${pages.took} ms`)
})
