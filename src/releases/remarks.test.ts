import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestApp } from '../testing/http.ts'
import { northwind } from '../testing/northwind.ts'

async function harbour() {
  const port = await northwind()
  const server = await startTestApp(port.ship)
  const headers = { authorization: await server.token('admin') }
  /** What whoever reports is told, and what its page and the API say of the release: the same. */
  const told = async (facts: object) => {
    const payload = { type: 'release.progress', service: 'checkout', ...facts }
    const answer = (await server.inject({ method: 'POST', url: '/api/v1/events', headers, payload })).json()
    const codes = ['drift', 'never_live', 'undoes_nothing']
    const ours = ({ warnings }: { warnings: { code: string; words: string }[] }) =>
      warnings.filter(({ code }) => codes.includes(code))
    const one = await server.inject({ url: `/api/v1/releases/${answer.release}`, headers })
    assert.deepEqual(ours(one.json()), ours(answer))
    return ours(answer).map(({ code }) => code)
  }
  const page = async (run: string) => {
    const viewer = await server.signedIn('viewer')
    const { id } = await port.ship.db
      .selectFrom('releases')
      .select('id')
      .where('run_key', '=', run)
      .executeTakeFirstOrThrow()
    return (await viewer.get(`/admin/releases/${id}`)).body
  }
  return { ...port, told, page }
}

test('a rollback to what was never live, or is live already, is remarked upon before it is out', async () => {
  const { told, release, say, ship } = await harbour()
  const back = { kind: 'rollback' }
  assert.deepEqual(await told({ ...back, run: 'first', version: '0.9' }), [])
  await release('checkout', '1.0')
  await release('checkout', '1.1')
  ship.wait(5)
  assert.deepEqual(await told({ ...back, run: 'a' }), [])
  assert.deepEqual(await told({ ...back, run: 'b', version: '1.0' }), [])
  assert.deepEqual(await told({ ...back, run: 'c', version: '1.2' }), ['never_live'])
  assert.deepEqual(await told({ ...back, run: 'd', version: '1.1' }), ['undoes_nothing'])
  assert.deepEqual(await told({ ...back, run: 'e', version: '1.1', drill: true }), [])
  assert.deepEqual(await told({ run: 'f', version: '1.2' }), [])
  ship.wait(1)
  await say('checkout', 'release.progress', { version: '1.3', percent: 10 })
  ship.wait(1)
  assert.deepEqual(await told({ ...back, run: 'g', version: '1.1' }), [], 'it undoes the canary')
})

test('what a tool found in place is remarked upon when it is not what we thought was live', async () => {
  const { told, page, release, say, ship } = await harbour()
  await release('checkout', '1.0')
  ship.wait(5)
  assert.deepEqual(await told({ run: 'a', version: '1.1', previous_version: '1.0' }), [])
  assert.deepEqual(await told({ run: 'b', version: '1.1', previous_version: '0.7' }), ['drift'])
  assert.match(await page('b'), /found 0\.7 in place, which is not what we thought was live: 1\.0\./)
  await say('checkout', 'release.succeeded', { version: '1.2', commit: '28e3a861aa28e3a861aa' })
  ship.wait(5)
  assert.deepEqual(await told({ run: 'c', version: '1.3', previous_version: '28e3a861aa28' }), [])
  assert.deepEqual(await told({ run: 'd', version: '1.3', previous_version: '91e3a861aa28' }), ['drift'])
})
