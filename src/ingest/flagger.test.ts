import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

/** A server with the component `podinfo`, and Flagger, which says one thing every minute. */
async function cluster() {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'podinfo' })
  const { source, secret } = await createSource(ship, { name: 'Flagger', kind: 'flagger' })
  const post = (payload: object) =>
    server.inject({
      method: 'POST',
      url: `/hooks/${source.id}`,
      payload,
      headers: { 'content-type': 'application/json' },
    })
  const says = (phase: string, checksum: string, eventMessage: string, eventType = 'Normal') => {
    ship.wait(1)
    const metadata = {
      eventMessage,
      eventType,
      timestamp: String(ship.now().getTime()),
      token: secret,
      environment: 'production',
    }
    return post({ name: 'podinfo', namespace: 'test', phase, checksum, metadata })
  }
  const promoted = async (checksum: string, before: string) => {
    await says('Progressing', before, 'New revision detected! Scaling up podinfo.test')
    await says('Progressing', checksum, 'Starting canary analysis for podinfo.test')
    await says('Progressing', checksum, 'Advance podinfo.test canary weight 10')
    return says('Finalising', checksum, 'Promotion completed! Scaling down podinfo.test')
  }
  const releases = () =>
    ship.db.selectFrom('releases').select(['version', 'kind', 'state']).orderBy('lane_at').execute()
  return { ship, secret, post, says, promoted, releases }
}

test('a canary that fails is one release that was rolled back, and an earlier spec again is a rollback of its own', async () => {
  const { promoted, says, releases } = await cluster()
  await promoted('aaa', 'zero')
  await promoted('bbb', 'aaa')
  await says('Progressing', 'bbb', 'New revision detected! Scaling up podinfo.test')
  await says('Progressing', 'ccc', 'Starting canary analysis for podinfo.test')
  await says('Progressing', 'ccc', 'Advance podinfo.test canary weight 10')
  await says('Progressing', 'ccc', 'Rolling back podinfo.test failed checks threshold reached 10', 'Warning')
  const failed = await says('Failed', 'ccc', 'Canary failed! Scaling down podinfo.test', 'Warning')
  assert.equal(failed.json().state, 'rolled_back')
  await says('Failed', 'ccc', 'podinfo-primary.test not ready: waiting for rollout to finish', 'Warning')
  await promoted('aaa', 'ccc')
  assert.deepEqual(
    (await releases()).map(({ version, kind, state }) => [version, kind, state]),
    [
      ['aaa', 'deploy', 'succeeded'],
      ['bbb', 'deploy', 'rolled_back'],
      ['ccc', 'deploy', 'rolled_back'],
      ['aaa', 'rollback', 'succeeded'],
    ],
  )
})

test('its token opens the door from inside the message, and is not kept', async () => {
  const { ship, secret, says, post } = await cluster()
  const answer = await says('Progressing', 'aaa', 'Starting canary analysis for podinfo.test')
  assert.equal(answer.statusCode, 202, answer.body)
  const { body } = await ship.db.selectFrom('deliveries').select('body').executeTakeFirstOrThrow()
  const kept = Buffer.from(body ?? '').toString()
  assert.ok(kept.includes('Starting canary') && !kept.includes(secret), kept)
  for (const token of ['', 'slk_wrong', undefined, null, 7, { a: secret }, [secret]]) {
    const wrong = await post({
      name: 'podinfo',
      namespace: 'test',
      phase: 'Progressing',
      metadata: { token },
    })
    assert.equal(wrong.statusCode, 401, JSON.stringify(token))
  }
})

test('a hook that asks whether to promote or to roll back is told no', async () => {
  const { secret, post } = await cluster()
  for (const phase of ['Progressing', 'Waiting', 'WaitingPromotion']) {
    const answer = await post({ name: 'podinfo', namespace: 'test', phase, metadata: { token: secret } })
    assert.equal(answer.statusCode, 409, answer.body)
  }
})
