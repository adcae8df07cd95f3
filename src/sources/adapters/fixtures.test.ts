import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventFacts } from '../events.ts'
import { adapterFor, sourceKinds } from './index.ts'

const folder = join(import.meta.dirname, 'fixtures')
const received_at = '2026-11-23T12:00:00.000Z'

/**
 * A fixture is what a tool sent (`headers`, `body`, where they matter `method`, `path`, `query`), what an operator told
 * the source (`settings`), and what Shiplog makes of it (`expected`, and `dedupe_key` where the body holds it). `from`
 * says where it is from: captured from the real tool, or the address of the vendor's sample. A body that is no JSON is
 * a text under `text`.
 */
for (const file of globSync('*.json', { cwd: folder }).sort()) {
  test(`the fixture ${file} says what it should`, () => {
    const fixture = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const { headers, body, text, expected, settings = {}, method, path, query, from } = fixture
    assert.match(String(from), /captured|sample|after|made (up|by hand|as)/i)
    const adapter = adapterFor(file.split('-')[0] ?? '')
    assert.ok(adapter, 'the file is named after the kind of source')
    const bytes = Buffer.from(text ?? JSON.stringify(body))
    const asked = { ...(method && { method }), ...(path && { path }), ...(query && { query }) }
    const incoming = { ...asked, headers, body: bytes, received_at }
    const read = adapter.read?.(incoming) ?? { ok: true as const, value: body }
    assert.ok(read.ok, 'the body can be read')
    const said = adapter.translate({ ...incoming, json: read.value }, settings)
    assert.deepEqual(JSON.parse(JSON.stringify(said)), expected)
    if ('events' in said) for (const event of said.events) eventFacts.parse(event.facts)
    if ('dedupe_key' in fixture) {
      assert.equal(adapter.dedupeKey({ ...incoming, json: read.value }), fixture.dedupe_key)
    }
  })
}

test('every kind of source has a fixture', () => {
  const kinds = new Set(globSync('*.json', { cwd: folder }).map((file) => file.split('-')[0]))
  assert.deepEqual(
    sourceKinds.map(({ kind }) => kind).filter((kind) => !kinds.has(kind)),
    [],
  )
})
