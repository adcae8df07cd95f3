import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import { createComponent } from '../components/actions.ts'
import { createSource } from '../sources/actions.ts'
import { settingsFor } from '../sources/model.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'

const fixture = (name: string) => {
  const file = join(import.meta.dirname, `../sources/adapters/fixtures/github-${name}.json`)
  return JSON.parse(readFileSync(file, 'utf8')) as {
    headers: Record<string, string>
    body: { workflow_run: Record<string, unknown> }
  }
}

async function port(workflows: string) {
  const ship = await world()
  const server = await startTestApp(ship)
  await createComponent(ship, { name: 'Hello-World' })
  await createComponent(ship, { name: 'octo-repo' })
  const { source, secret } = await createSource(ship, { name: 'G', kind: 'github', settings: { workflows } })
  let sent = 0
  const send = async (name: string, run: Record<string, unknown> = {}) => {
    const { headers, body } = fixture(name)
    const payload = JSON.stringify({ ...body, workflow_run: { ...body.workflow_run, ...run } })
    const signed = {
      'x-github-delivery': `guid-${sent++}`,
      'x-hub-signature-256': await sign(secret, payload),
    }
    const url = `/hooks/${source.id}`
    return (await server.inject({ method: 'POST', url, payload, headers: { ...headers, ...signed } })).json()
  }
  const releases = () => ship.db.selectFrom('releases').selectAll().execute()
  return { send, releases }
}

test('a workflow that is run again opens its release again, and what the first attempt says late changes nothing', async () => {
  const { send, releases } = await port('test.yml')
  await send('workflow-requested')
  const at = (minute: string) => ({ updated_at: `2020-10-05T17:${minute}:00Z` })
  await send('workflow-completed', { ...at('01'), conclusion: 'failure' })
  assert.equal((await releases())[0]?.state, 'failed')
  await send('workflow-in-progress-by-name', { ...at('10'), run_attempt: 2 })
  assert.equal((await releases())[0]?.state, 'running')
  await send('workflow-completed', { ...at('20'), run_attempt: 2 })
  await send('workflow-completed', { ...at('30'), conclusion: 'cancelled' })
  const all = await releases()
  assert.deepEqual(
    all.map(({ state, attempt, version }) => [state, attempt, version]),
    [['succeeded', 2, '3484a3f']],
  )
})

test('a workflow whose jobs make deployments is one release, not two', async () => {
  const { send, releases } = await port('pages build and deployment = github-pages')
  const names = { name: 'pages build and deployment', path: 'dynamic/pages/pages-build-deployment' }
  await send('workflow-completed', names)
  const ignored = await send('status-of-a-workflow-that-is-told-by-itself')
  assert.equal(ignored.reason, 'It belongs to a workflow whose runs are the releases.')
  assert.equal((await releases()).length, 1)
  const other = await port('deploy.yml')
  assert.equal((await other.send('workflow-completed', names)).outcome, 'ignored')
  await other.send('status-of-a-workflow-that-is-told-by-itself')
  assert.equal((await other.releases()).length, 1, 'without the setting the deployment counts')
})

test('workflows are listed with a comma between two, and a list that cannot be meant is refused', () => {
  const said = 'deploy.yml, Deploy to staging = staging,\nacme/shop/.github/workflows/live.yml'
  assert.deepEqual(settingsFor('github', { workflows: said }), { workflows: said })
  assert.deepEqual(settingsFor('github', { workflows: '  ' }), {})
  for (const wrong of ['deploy.yml =', '= staging', 'a.yml, = b', Array(51).fill('a.yml').join()]) {
    assert.throws(() => settingsFor('github', { workflows: wrong }), /does not fit/, wrong)
  }
})
