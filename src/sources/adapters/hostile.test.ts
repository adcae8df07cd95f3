import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { bounded } from '../../ingest/model.ts'
import { fuzzSeed } from '../../testing/fuzz-seed.ts'
import type { Adapter, Incoming, Translation } from '../adapter.ts'
import { adapterFor, sourceKinds } from './index.ts'

/**
 * What comes verified may still be anything: a tool's next version, a template with a hole, a prankster with the
 * secret. No adapter throws, and what it makes of it fits. `FUZZ_SEED=random` draws anew, a number repeats a run, `FUZZ_TIMES=20` looks longer.
 */
type Fixture = {
  headers: Record<string, string>
  body?: unknown
  text?: string
  settings?: Record<string, string>
  path?: string
  method?: string
}

const folder = join(import.meta.dirname, 'fixtures')
const received_at = '2026-11-23T12:00:00.000Z'
const words = ['invalid', 'ignored', 'ping', 'events', 'incident', 'confirm']

function fixturesOf(kind: string): Fixture[] {
  return globSync(`${kind}-*.json`, { cwd: folder }).map((file) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')),
  )
}

/** What hurts whoever asks it for a member, and whoever makes a text of it. */
const nasty = [null, { toString: 1, valueOf: 1 }]

/** A value that stands where another was expected. */
const odd = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<unknown>(
      null,
      '',
      ' ',
      0,
      -1,
      1e300,
      true,
      [],
      {},
      ...nasty,
      [[]],
      'x'.repeat(3000),
      '\0',
      '\ud800',
      '__proto__',
      '1970-01-01T00:00:00Z',
      '9999-12-31',
      'javascript:alert(1)',
      '%',
      'pkg:',
      'refs/tags/',
    ),
  },
  fc.jsonValue({ maxDepth: 2 }),
)

/** The places in a value, each as the way to it. */
function placesIn(value: unknown, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [way]
  return [way, ...Object.entries(value).flatMap(([key, one]) => placesIn(one, [...way, key]))]
}

function withAt(value: unknown, [key, ...way]: (string | number)[], put: unknown): unknown {
  if (key === undefined) return put
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as object) }
  copy[key] = withAt(copy[key], way, put)
  if (way.length === 0 && put === undefined) delete copy[key]
  return copy
}

/** A fixture with a few places of its body and headers changed or left out. */
function mutated(all: Fixture[]) {
  const change = fc.record({
    place: fc.nat(),
    put: fc.oneof({ weight: 3, arbitrary: odd }, fc.constant(undefined)),
    in_headers: fc.boolean(),
  })
  return fc
    .tuple(fc.constantFrom(...all), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([fixture, changes]) => {
      let { headers, body }: { headers: Record<string, unknown>; body?: unknown } = fixture
      for (const { place, put, in_headers } of changes) {
        if (in_headers) {
          const names = Object.keys(headers)
          headers = {
            ...headers,
            [names[place % names.length] ?? 'x-none']: typeof put === 'string' ? put : undefined,
          }
        } else {
          const ways = placesIn(body)
          body = withAt(body, ways[place % ways.length] ?? [], put)
        }
      }
      return { ...fixture, headers: headers as Record<string, string>, body }
    })
}

/** All that is asked of an adapter once a request was verified. */
function ask(
  adapter: Adapter,
  { headers, body, text, settings = {}, path = '', method = 'POST' }: Fixture,
): Translation | null {
  const bytes = Buffer.from(text ?? JSON.stringify(body) ?? '')
  const incoming: Incoming = { headers, body: bytes, received_at, method, path, query: {}, presented: null }
  const read = adapter.read?.(incoming) ?? { ok: true as const, value: body }
  if (!read.ok) return null
  const item = { ...incoming, json: read.value }
  const key = adapter.dedupeKey(item)
  assert.ok(key === null || (key.length > 0 && key.length <= 1000), 'a key can be stored')
  adapter.mayRecur?.(item)
  adapter.redact?.(item.json)
  adapter.answer?.(item, { delivery: 'abc' })
  const said = adapter.translate(item, settings)
  assert.ok(
    Object.keys(said).some((word) => words.includes(word)),
    JSON.stringify(said),
  )
  return bounded(said)
}

function hold(kind: string, adapter: Adapter, numRuns: number) {
  const seed = fuzzSeed()
  const times = Number(process.env.FUZZ_TIMES ?? 1)
  const property = fc.property(mutated(fixturesOf(kind)), (fixture) => void ask(adapter, fixture))
  fc.assert(property, { seed, numRuns: Math.ceil(numRuns * times) })
}

for (const { kind } of sourceKinds) {
  test(`${kind}: nothing that is nearly what the tool sends makes its adapter throw`, () => {
    const adapter = adapterFor(kind)
    assert.ok(adapter)
    for (const fixture of fixturesOf(kind)) {
      for (const way of placesIn(fixture.body)) {
        for (const put of nasty) ask(adapter, { ...fixture, body: withAt(fixture.body, way, put) })
      }
    }
    hold(kind, adapter, 150)
  })

  test(`${kind}: nobody without a secret is taken for the tool, and asking is no fault`, async () => {
    const adapter = adapterFor(kind)
    assert.ok(adapter)
    const credentials = {
      secrets: [],
      settings: {},
      address: '',
      publicText: () => Promise.reject(new Error('Nothing is there.')),
    }
    for (const { headers, body, text } of fixturesOf(kind)) {
      const bytes = Buffer.from(text ?? JSON.stringify(body) ?? '')
      const incoming = {
        headers,
        body: bytes,
        received_at,
        method: 'POST',
        path: '',
        query: {},
        presented: null,
      }
      const took = async (): Promise<boolean> => adapter.verify(incoming, credentials)
      assert.equal(await took().catch(() => false), false)
    }
  })
}

test('an adapter that believes its sender is caught', () => {
  const github = adapterFor('github')
  assert.ok(github)
  const believing = {
    ...github,
    translate: ({ json }: { json: unknown }) => {
      const { deployment } = json as { deployment: { ref: string } }
      return { ignored: deployment.ref.slice(1) }
    },
  }
  assert.throws(() => hold('github', believing, 100), /Property failed/)
})
