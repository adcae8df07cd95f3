import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createComponent } from '../components/actions.ts'
import { signatureHeaders } from '../outbound/sign.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

const fixture = (name: string) =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../sources/adapters/fixtures/gitlab-${name}.json`), 'utf8'),
  )

async function port(...components: string[]) {
  const ship = await world()
  const server = await startTestApp(ship)
  for (const name of components) await createComponent(ship, { name })
  const { source, secret } = await createSource(ship, { name: 'GitLab', kind: 'gitlab' })
  const post = (payload: string | Buffer, headers: Record<string, string>) =>
    server.inject({ method: 'POST', url: `/hooks/${source.id}`, payload, headers })
  const token = { 'x-gitlab-token': secret, 'content-type': 'application/json' }
  const send = async (name: string) => {
    const { headers, body } = fixture(name)
    return (await post(JSON.stringify(body), { ...headers, ...token })).json()
  }
  const releases = () => ship.db.selectFrom('releases').selectAll().orderBy('id').execute()
  return { ship, secret, post, token, send, releases }
}

test('GitLab is never refused once it has shown its token, so that it never stops calling', async () => {
  const { ship, post, token } = await port()
  for (const [body, outcome] of [
    ['{"object_kind":"push"}', 'ignored'],
    ['{"object_kind":"deployment"}', 'invalid'],
    ['{"event_name":"user_create"}', 'ignored'],
    ['{"half', 'invalid'],
    ['', 'invalid'],
    ['[]', 'ignored'],
    ['null', 'ignored'],
    [Buffer.from([0xff, 0xfe]), 'invalid'],
  ] as const) {
    const answer = await post(Buffer.from(body), token)
    assert.deepEqual([answer.statusCode, answer.json().outcome], [202, outcome], String(body))
  }
  assert.equal(
    (await post('{"object_kind":"push"}', { ...token, 'x-gitlab-token': 'other' })).statusCode,
    401,
  )
  const kept = await ship.db.selectFrom('deliveries').select('headers').executeTakeFirstOrThrow()
  assert.match(kept.headers, /"x-gitlab-token":"\[redacted\]"/)
})

test('what GitLab signs with its signing token counts once, however often it is sent', async () => {
  const { ship, secret, post, releases } = await port('test-deployment-webhooks')
  const { body } = fixture('deployment-success')
  const text = JSON.stringify(body)
  const signed = (at: Date, beside = {}) => {
    const headers = signatureHeaders({ id: 'f5e57ebe', at, body: text, secret })
    return post(text, { 'content-type': 'application/json', ...headers, ...beside })
  }
  assert.equal((await signed(ship.now())).statusCode, 202)
  ship.wait(30)
  const again = await signed(ship.now())
  assert.deepEqual([again.statusCode, again.json().duplicate], [200, true])
  const renamed = await signed(ship.now(), { 'idempotency-key': 'which nobody signed' })
  assert.deepEqual([renamed.statusCode, renamed.json().duplicate], [200, true])
  assert.equal((await signed(new Date(ship.now().getTime() - 600_000))).statusCode, 401, 'somebody’s copy')
  assert.equal((await releases()).length, 1)
})

test('a deployment and the pipeline of its job are one release', async () => {
  const { post, token, send, releases } = await port('gitlab-test')
  await send('pipeline-success')
  const { project } = fixture('pipeline-success').body
  const { body } = fixture('deployment-success')
  const commit_url = `${project.web_url}/-/commit/bcbb5ec396a2c0f828686f14fac9b80b780504f2`
  const told = { ...body, project, deployable_id: 379, short_sha: 'bcbb5ec3', commit_url, status: 'running' }
  await post(JSON.stringify({ ...told, status_changed_at: '2016-08-12 15:27:00 UTC' }), token)
  assert.deepEqual(
    (await releases()).map(({ run_key, state, version }) => [run_key, state, version]),
    [['job:379', 'succeeded', 'bcbb5ec3']],
  )
})

test('a yes or a no is a note on what waits, and neither ends it', async () => {
  const { send, releases } = await port('shop')
  const seen = []
  for (const name of ['blocked', 'rejected', 'approved', 'canceled']) {
    await send(`deployment-${name}`)
    const [release] = await releases()
    seen.push([release?.state, release?.message])
  }
  assert.deepEqual(seen, [
    ['waiting', null],
    ['waiting', 'Rejected by ada: Not on a Sunday.'],
    ['waiting', 'Approved by ada'],
    ['cancelled', 'Approved by ada'],
  ])
})

test('a flag that is switched on, off and on again is told each time, also by a GitLab that sends no keys', async () => {
  const { ship, post, token, releases } = await port('gitlab-test')
  const { body } = fixture('flag-on')
  const seen = []
  for (const active of [true, true, false, true]) {
    ship.wait(1)
    const said = { ...body, object_attributes: { ...body.object_attributes, active } }
    const { duplicate = false } = (await post(JSON.stringify(said), token)).json()
    const [flag, ...others] = await releases()
    assert.deepEqual(others, [])
    seen.push([flag?.kind, flag?.run_key, flag?.percent, duplicate])
  }
  assert.deepEqual(seen, [
    ['flag', 'test-feature-flag', 100, false],
    ['flag', 'test-feature-flag', 100, true],
    ['flag', 'test-feature-flag', 0, false],
    ['flag', 'test-feature-flag', 100, false],
  ])
})
