import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { fuzzSeed } from '../src/testing/fuzz-seed.ts'
import { harbour } from '../src/testing/harbour.ts'

/** How much is tried: `FUZZ_TIMES=20` looks longer. */
const times = Number(process.env.FUZZ_TIMES ?? 1)
/** `FUZZ_SEED=random` draws anew, a number repeats a run. What was ever found stands in the corpus, and is tried first. */
const seed = fuzzSeed()
const corpus: string[] = JSON.parse(readFileSync(join(import.meta.dirname, 'hostile-corpus.json'), 'utf8'))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.stringMatching(/^[\x21-\x7e]{0,40}$/).map((text) => Buffer.from(text)),
)
/** Bytes in the place of a part of an address, some of them as they are and some as `%` and digits. */
const parts = bytes.map((all) =>
  [...all]
    .map((byte) =>
      byte > 32 && byte < 127 && byte % 3
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join(''),
)

type Faults = { at: string; status: number }[]

test('whatever bytes stand in the address of a public page, none is answered as a fault of ours', {
  timeout: 300_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}`)
  const { server } = await harbour()
  const routes = server.routes.filter(
    ({ method, policy }) => method === 'GET' && ['anyone', 'anyone-or-token', 'guest'].includes(policy.who),
  )
  const faults: Faults = []
  let tried = 0
  for (const { url } of routes) {
    for (const part of [
      ...corpus,
      ...fc.sample(parts, { seed, numRuns: Math.ceil((/[:*]/.test(url) ? 300 : 30) * times) }),
    ]) {
      const at = /[:*]/.test(url) ? url.replace(/:\w+|\*/g, () => part) : `${url}?${part}`
      const { statusCode } = await server.inject({ url: at.startsWith('/') ? at : `/${at}` })
      if (statusCode >= 500) faults.push({ at, status: statusCode })
      tried += 1
    }
  }
  t.diagnostic(`${tried} addresses at ${routes.length} routes`)
  assert.deepEqual(faults, [])
})

test('ten thousand bodies of any bytes at each door for tools are answered, none as a fault of ours', {
  timeout: 300_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}`)
  const { server, github } = await harbour()
  const authorization = await server.token('releases:write')
  const known = JSON.stringify({
    type: 'release.started',
    service: 'checkout',
    version: '1',
    occurred_at: '2026-11-23T12:00:00Z',
    percent: 5,
  })
  /** An event in which some bytes are others, or bytes that never were one. */
  const torn = fc
    .tuple(
      fc.array(fc.tuple(fc.nat(known.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      fc.nat(known.length),
    )
    .map(([changes, length]) => {
      const body = Buffer.from(known).subarray(0, length % 5 ? known.length : length)
      for (const [at, byte] of changes) if (at < body.length) body[at] = byte
      return body
    })
  const bodies = fc.oneof(
    { weight: 1, arbitrary: torn },
    { weight: 5, arbitrary: bytes.map((all) => Buffer.from(all)) },
  )
  const faults: Faults = []
  const statuses = new Map<number, number>()
  for (const payload of fc.sample(bodies, { seed, numRuns: 10_000 * times })) {
    const signature = `sha256=${createHmac('sha256', github.secret).update(payload).digest('hex')}`
    const doors = {
      '/api/v1/events': { authorization },
      [`/hooks/${github.source.id}`]: {
        'x-github-event': 'deployment_status',
        'x-hub-signature-256': signature,
      },
    } as Record<string, Record<string, string>>
    for (const [url, headers] of Object.entries(doors)) {
      const { statusCode } = await server.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload,
      })
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
      if (statusCode >= 500) faults.push({ at: `${url} ${payload.toString('hex')}`, status: statusCode })
    }
  }
  t.diagnostic(`answered ${JSON.stringify([...statuses])}`)
  assert.deepEqual(faults, [])
  assert.ok((statuses.get(202) ?? 0) > 100 * times && (statuses.get(400) ?? 0) > 100 * times)
})
