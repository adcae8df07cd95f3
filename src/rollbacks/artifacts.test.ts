import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveComponent } from '../components/actions.ts'
import { markBad } from '../releases/bad.ts'
import { ensureEnvironment } from '../releases/environments.ts'
import { northwind } from '../testing/northwind.ts'
import { artifactJob, checkArtifacts } from './artifact-checks.ts'
import { addressOf } from './artifacts.ts'
import { setPlan } from './plan-actions.ts'
import { readinessOf } from './readiness-of.ts'
import { targetFor } from './targets.ts'

async function registry() {
  const port = await northwind()
  const { ship, components } = port
  const asked: string[] = []
  const answers = new Map<string, number>()
  const client = {
    async head(url: string) {
      asked.push(url)
      const status = answers.get(url) ?? 200
      if (status === 0) return { error: 'There was no answer within 15 seconds.', permanent: false }
      return { status, headers: {}, body_excerpt: '' }
    },
  }
  const component_id = components.checkout.id
  const { id: environment_id } = await ensureEnvironment(ship, 'production')
  const target = () => targetFor(ship, { component_id, environment_id })
  const live = async (version: string, artifact?: string) => {
    ship.wait(10)
    return port.say('checkout', 'release.succeeded', { version, ...(artifact && { artifact }) })
  }
  const look = async () => {
    const count = await checkArtifacts(ship, client)
    return { count, urls: asked.splice(0) }
  }
  return { ...port, component_id, client, answers, look, live, target }
}

test('an artifact is asked for soon after its release, then daily, at its own address or the component’s', async () => {
  const { ship, component_id, look, live, client } = await registry()
  await live('1.0', 'https://files.example/shop-1.0.tgz')
  await live('1.1', 'pkg:docker/shop@sha256:5af6')
  assert.deepEqual((await look()).urls, ['https://files.example/shop-1.0.tgz'])
  assert.equal((await look()).count, 0)
  await setPlan(ship, component_id, { artifact_url: 'https://registry.example/{version}' })
  assert.deepEqual((await look()).urls, ['https://registry.example/1.1'])
  ship.wait(24 * 60)
  assert.equal((await look()).count, 2)
  await archiveComponent(ship, component_id)
  ship.wait(24 * 60)
  assert.equal(await artifactJob(client).run(ship), 0)
})

test('a version whose artifact is gone is no way back, and one that cannot be seen still is', async () => {
  const { ship, look, live, answers, target } = await registry()
  await live('1.0', 'https://files.example/1.0')
  await live('1.1', 'https://files.example/1.1')
  const id = await live('1.2', 'https://files.example/1.2')
  await look()
  const kept = (await readinessOf(ship, id)).fields
  assert.deepEqual([kept.artifact_retained.value, kept.artifact_retained.by], ['yes', 'derived'])
  assert.equal(kept.artifact_ref.value, 'https://files.example/1.1')
  for (const [status, version] of [
    [404, '1.0'],
    [401, '1.1'],
    [500, '1.1'],
    [302, '1.1'],
    [410, '1.0'],
    [0, '1.1'],
  ] as const) {
    ship.wait(24 * 60)
    answers.set('https://files.example/1.1', status)
    await look()
    assert.equal((await target()).target?.version, version, String(status))
  }
  assert.equal((await readinessOf(ship, id)).fields.artifact_retained.value, null)
  for (const version of ['1.0', '1.1']) answers.set(`https://files.example/${version}`, 404)
  ship.wait(24 * 60)
  await look()
  const { safe, reasons } = await target()
  assert.deepEqual([safe, reasons[0]?.code], [false, 'artifact_gone'])
})

test('what could not be seen is asked for again after an hour', async () => {
  const { ship, look, live, answers } = await registry()
  await live('1.0', 'https://files.example/1.0')
  answers.set('https://files.example/1.0', 503)
  assert.equal((await look()).count, 1)
  ship.wait(59)
  assert.equal((await look()).count, 0)
  ship.wait(1)
  assert.equal((await look()).count, 1)
})

test('where the tool keeps only the last versions, older ones are gone', async () => {
  const { ship, component_id, live, target } = await registry()
  for (const version of ['1.0', '1.1', '1.2']) await live(version)
  await setPlan(ship, component_id, { artifacts_kept: 1 })
  const { reasons, safe } = await target()
  assert.deepEqual([safe, reasons[0]?.code], [false, 'artifact_gone'])
  assert.match(reasons[0]?.words ?? '', /only the newest version is kept/)
  await setPlan(ship, component_id, { artifacts_kept: 2 })
  assert.equal((await target()).target?.version, '1.1')
  await live('1.3')
  await markBad(ship, (await target()).target?.id ?? '', { reason: 'x' })
  assert.match((await target()).reasons[0]?.words ?? '', /only the last 2 versions are kept/)
})

test('a version in an address leads nowhere else', () => {
  const plan = { artifact_url: 'https://registry.example/shop/{version}/{commit}' }
  const release = { artifact: null, version: '../../x?y#z@evil', commit: 'a'.repeat(40) }
  const address = new URL(addressOf(release, plan) ?? '')
  assert.equal(address.host, 'registry.example')
  assert.ok(address.pathname.startsWith('/shop/'))
  for (const version of [null, '..', '.']) assert.equal(addressOf({ ...release, version }, plan), null)
  assert.equal(addressOf({ ...release, artifact: 'javascript:alert(1)' }, undefined), null)
})
