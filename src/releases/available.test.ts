import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSource } from '../sources/actions.ts'
import type { EventFacts } from '../sources/events.ts'
import { northwind } from '../testing/northwind.ts'
import { type World, world } from '../testing/world.ts'
import { recordEvents } from './actions.ts'
import { withAvailable } from './available.ts'
import { readRelease } from './reading.ts'

async function port() {
  const ship = await world()
  const { say, components } = await northwind(ship)
  /** A registry says that a version exists, now. */
  const push = (facts: EventFacts, component_id: string | null = components.checkout.id) =>
    recordEvents(ship, {
      source_id: 'hand',
      scope: '',
      delivery_id: null,
      received_at: ship.now().toISOString(),
      events: [artifact(ship, facts)],
      placeFor: async () => (component_id === null ? null : { component_id }),
    })
  const shown = async (id: string) => withAvailable(ship, await readRelease(ship, id))
  return { ship, say, push, shown, components }
}

function artifact(ship: World, facts: EventFacts) {
  const occurred_at = ship.now().toISOString()
  const event = {
    type: 'artifact.available',
    run_key: `notice ${occurred_at}`,
    service: 'acme/checkout',
  } as const
  return { ...event, environment: 'production', occurred_at, facts }
}

test('a release shows the artifact of its version, whichever was heard of first', async () => {
  const { ship, say, push, shown } = await port()
  await push({ version: 'v2.0.0', artifact: 'acme/checkout@sha256:aa' })
  ship.wait(1)
  const first = await say('checkout', 'release.succeeded', { version: '2.0.0' })
  assert.equal((await shown(first)).artifact, 'acme/checkout@sha256:aa')
  const second = await say('checkout', 'release.succeeded', { version: '2.0.1' })
  assert.equal((await shown(second)).artifact, null)
  ship.wait(1)
  await push({
    version: '2.0.1',
    artifact: 'acme/checkout@sha256:bb',
    urls: { changelog: 'https://x.example/n' },
  })
  const { artifact, changelog_url } = await shown(second)
  assert.deepEqual([artifact, changelog_url], ['acme/checkout@sha256:bb', 'https://x.example/n'])
})

test('a tag that was moved later is shown as it was, and what the tool itself said stands above it', async () => {
  const { ship, say, push, shown } = await port()
  await push({ version: '3.0.0', artifact: 'acme/checkout@sha256:aa' })
  ship.wait(1)
  const id = await say('checkout', 'release.succeeded', { version: '3.0.0' })
  ship.wait(1)
  await push({ version: '3.0.0', artifact: 'acme/checkout@sha256:moved' })
  assert.equal((await shown(id)).artifact, 'acme/checkout@sha256:aa')
  const own = await say('checkout', 'release.succeeded', {
    run: 'own',
    version: '3.0.0',
    artifact: 'sha256:own',
  })
  assert.equal((await shown(own)).artifact, 'sha256:own')
})

test('the artifact of another component, or of no known one, is not taken for it', async () => {
  const { say, push, shown, components } = await port()
  await push({ version: '4.0.0', artifact: 'acme/ledger@sha256:cc' }, components.ledger.id)
  await push({ version: '4.0.0', artifact: 'acme/unknown@sha256:dd' }, null)
  const id = await say('checkout', 'release.succeeded', { version: '4.0.0' })
  assert.equal((await shown(id)).artifact, null)
  const unnamed = await say('checkout', 'release.succeeded', { run: 'unnamed' })
  assert.equal((await shown(unnamed)).artifact, null)
})

test('a commit that the tool said of a version apart is part of its release, whichever came first', async () => {
  const { ship, components } = await northwind()
  const { source } = await createSource(ship, { name: 'Sentry', kind: 'sentry' })
  const tell = async (
    type: 'artifact.available' | 'release.succeeded',
    run_key: string,
    facts: EventFacts,
  ) => {
    ship.wait(1)
    const at = ship.now().toISOString()
    const event = { type, run_key, service: 'checkout', environment: 'staging', occurred_at: at, facts }
    const report = { source_id: source.id, scope: '', delivery_id: null, received_at: at, events: [event] }
    const [told] = await recordEvents(ship, {
      ...report,
      placeFor: async () => ({ component_id: components.checkout.id }),
    })
    return told?.release_id ?? ''
  }
  const commits = { version: '5.0.0', commit: 'B'.repeat(40), previous_commit: 'a'.repeat(40) }
  const early = await tell('release.succeeded', 'one', { version: '5.0.0' })
  assert.equal((await readRelease(ship, early)).commit, null)
  await tell('artifact.available', 'release:5.0.0', commits)
  const late = await tell('release.succeeded', 'two', { version: '5.0.0' })
  const other = await tell('release.succeeded', 'three', { version: '5.0.1' })
  for (const id of [early, late]) {
    const { commit, previous_version } = await readRelease(ship, id)
    assert.deepEqual([commit, previous_version], ['b'.repeat(40), 'a'.repeat(40)])
  }
  assert.equal((await readRelease(ship, other)).commit, null)
  const own = await tell('release.succeeded', 'four', { version: '5.0.0', commit: 'c'.repeat(40) })
  assert.equal((await readRelease(ship, own)).commit, 'c'.repeat(40), 'what its own event says stands above')
})
