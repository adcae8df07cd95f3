import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { googleKeys, googleToken, keys } from '../testing/keys.ts'
import { world } from '../testing/world.ts'

/** A project whose audit log is pushed here, an entry a minute. */
async function project() {
  const ship = await world()
  const publicText = async () => googleKeys({ one: keys.signer })
  const server = await startTestApp({ ...ship, publicText })
  await createComponent(ship, { name: 'Shop' })
  const settings = { service_account: 'a@b.example', audience: 'here' }
  const { source } = await createSource(ship, { name: 'App Engine', kind: 'app_engine', settings })
  const authorization = `Bearer ${await googleToken({ claims: { aud: 'here', email: 'a@b.example' } })}`
  let sent = 0

  async function log(operation: object, protoPayload: object) {
    ship.wait(1)
    sent += 1
    const timestamp = ship.now().toISOString()
    const data = Buffer.from(JSON.stringify({ timestamp, operation, protoPayload })).toString('base64')
    const payload = { message: { data, messageId: String(sent), publishTime: timestamp } }
    const url = `/hooks/${source.id}`
    const answer = await server.inject({ method: 'POST', url, payload, headers: { authorization } })
    assert.equal(answer.statusCode, 202, answer.body)
  }

  const service = 'apps/acme/services/shop'
  const deploys = async (version: string) => {
    const said = {
      methodName: 'google.appengine.v1.Versions.CreateVersion',
      resourceName: `${service}/versions/${version}`,
    }
    await log({ id: `make ${version}`, first: true }, said)
    await log({ id: `make ${version}`, last: true }, said)
  }
  const traffic = (allocations: object) =>
    log(
      { id: `split ${sent}`, first: true },
      {
        methodName: 'google.appengine.v1.Services.UpdateService',
        resourceName: service,
        serviceData: { updateService: { request: { service: { split: { allocations } } } } },
      },
    )
  const releases = async () => {
    const query = ship.db.selectFrom('releases').select(['version', 'kind', 'state', 'percent'])
    const rows = await query.orderBy('id').execute()
    return rows.map(({ version, kind, state, percent }) => [version, kind, state, percent])
  }
  return { deploys, traffic, releases }
}

test('a version that was made is seen by nobody until it has traffic, and traffic that goes back is a rollback', async () => {
  const { deploys, traffic, releases } = await project()
  const [one, two] = ['20261123t120000', '20261123t130000']
  await deploys(one)
  await traffic({ [one]: 1 })
  assert.deepEqual(await releases(), [[one, 'deploy', 'succeeded', 100]])
  await deploys(two)
  assert.deepEqual((await releases())[1], [two, 'deploy', 'dark', null])
  await traffic({ [one]: 0.9, [two]: 0.1 })
  assert.deepEqual((await releases())[1], [two, 'deploy', 'canary', 10])
  await traffic({ [one]: 0, [two]: 1 })
  assert.deepEqual((await releases())[1], [two, 'deploy', 'succeeded', 100])
  await traffic({ [one]: 1 })
  assert.deepEqual((await releases()).slice(1), [
    [two, 'deploy', 'rolled_back', 100],
    [one, 'rollback', 'succeeded', 100],
  ])
})
