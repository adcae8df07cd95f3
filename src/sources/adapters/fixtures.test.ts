import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventFacts } from '../events.ts'
import { adapterFor, sourceKinds } from './index.ts'

const folder = join(import.meta.dirname, 'fixtures')
const received_at = '2026-11-23T12:00:00.000Z'

/** A fixture is what a tool sent (`headers`, `body`) and what Shiplog makes of it (`expected`). */
for (const file of globSync('*.json', { cwd: folder }).sort()) {
  test(`the fixture ${file} says what it should`, () => {
    const { headers, body, expected } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const adapter = adapterFor(file.split('-')[0] ?? '')
    assert.ok(adapter, 'the file is named after the kind of source')
    const incoming = { headers, body: Buffer.from(JSON.stringify(body)), received_at, json: body }
    const said = adapter.translate(incoming)
    assert.deepEqual(JSON.parse(JSON.stringify(said)), expected)
    if ('events' in said) for (const event of said.events) eventFacts.parse(event.facts)
  })
}

test('every kind of source has a fixture', () => {
  const kinds = new Set(globSync('*.json', { cwd: folder }).map((file) => file.split('-')[0]))
  assert.deepEqual(
    sourceKinds.map(({ kind }) => kind).filter((kind) => !kinds.has(kind)),
    [],
  )
})
