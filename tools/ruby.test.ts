import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, type Source, startMachine } from './machine.ts'

const kits = join(import.meta.dirname, '../integrations')
const skip = install({ ruby: 'ruby' })
let machine: Machine

before(async () => {
  if (!skip) machine = await startMachine()
})
after(() => machine?.stop())

type Answer = { release: string; matched: boolean; state: string }

/** What Foreman would send, having rendered a template of ours by Ruby’s own ERB. */
async function rendered(template: string, object: object) {
  const script = join(import.meta.dirname, 'ruby/foreman.rb')
  const { code, out, err } = await machine.run('ruby', [
    script,
    join(kits, 'foreman', template),
    JSON.stringify(object),
  ])
  assert.equal(code, 0, err)
  assert.ok(!out.includes('hunter2'), 'nothing of Foreman’s own is sent along')
  return JSON.parse(out)
}

const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const send = async (body: object) => {
  const headers = { authorization: `Bearer ${machine.secret}`, 'content-type': 'application/json' }
  const answer = await fetch(machine.source.address, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, ...((await answer.json()) as Answer) }
}

for (const [result, state] of [
  ['success', 'succeeded'],
  ['error', 'failed'],
  ['cancelled', 'cancelled'],
] as const) {
  test(`a job of Foreman’s that ended with ${result} is a release that ${state}`, { skip }, async () => {
    const task = { result, started_at: at(5), ended_at: at(4) }
    const host = {
      params: { shiplog_service: 'shop', shiplog_version: `1.0 "${result}"`, password: 'hunter2' },
    }
    const job = { job_invocation_id: result.length, host_name: 'web1', host, task }
    const told = await send(await rendered('shiplog_job.erb', job))
    assert.deepEqual([told.status, told.matched, told.state], [202, true, state])
    const release = (await machine.releases()).find(({ id }) => id === told.release)
    assert.deepEqual([release?.version, release?.run_key], [`1.0 "${result}"`, `job-${result.length}`])
  })

  test(`a promotion of Katello’s that ended with ${result} is a release that ${state}`, {
    skip,
  }, async () => {
    const task = { result, started_at: at(3), ended_at: at(2) }
    const view = { content_view_id: 7, content_view_label: 'shop', environments: ['Production', 'Later'] }
    const told = await send(await rendered('shiplog_katello_promote.erb', { ...view, task }))
    assert.deepEqual([told.status, told.matched, told.state], [202, true, state])
    const release = (await machine.releases()).find(({ id }) => id === told.release)
    assert.deepEqual([release?.environment, release?.run_key], ['production', `promote-7-${task.started_at}`])
  })
}

test('a job on a host that releases nothing is no more than a sign of life', { skip }, async () => {
  const task = { result: 'success', started_at: at(1), ended_at: at(1) }
  const job = { job_invocation_id: 99, host_name: 'web2', host: { params: {} }, task }
  const body = await rendered('shiplog_job.erb', job)
  assert.equal(body.type, 'ping')
  assert.equal((await send(body)).status, 200)
  assert.ok((await machine.releases()).every(({ run_key }) => run_key !== 'job-99'))
})

const chef = (address: string, secret: string, ...how: string[]) =>
  machine.run('ruby', [join(import.meta.dirname, 'ruby/chef.rb'), address, secret, ...how])

test('the handler for Chef tells what the data collector would, without attributes and messages', {
  skip,
}, async () => {
  const recorder = await machine.recorder('chef')
  const { secret, address } = await machine.api<Source>('/api/v1/sources', { name: 'Chef', kind: 'chef' })
  const through = recorder.origin + new URL(address).pathname
  for (const [how, state] of [
    ['well', 'succeeded'],
    ['failed', 'failed'],
  ] as const) {
    const { code, err } = await chef(through, secret, how)
    assert.deepEqual([code, err], [0, ''])
    const release = (await machine.releases()).find(({ run_key }) => run_key.endsWith('@4f1c2d9ab0e3'))
    assert.deepEqual([release?.state, release?.component.slug], [state, 'shop'])
  }
  await chef(through, secret, 'why_run')
  const told = recorder.seen.map(({ body }) => JSON.parse(body))
  assert.deepEqual(
    told.map(({ status, error }) => [status, error]),
    [
      ['success', undefined],
      ['failure', { class: 'RuntimeError' }],
    ],
  )
  const { start_time, end_time, run_id: _, ...rest } = told[0]
  assert.ok(Date.parse(start_time) < Date.parse(end_time))
  assert.deepEqual(rest, {
    ...{ message_type: 'run_converge', status: 'success', node_name: 'web1' },
    ...{ policy_name: 'shop', policy_group: 'production', policy_revision: '4f1c2d9ab0e3' },
    ...{ chef_environment: '_default', cookbooks: { shop: { version: '1.4.2' } } },
    ...{ total_resource_count: 3, updated_resource_count: 1 },
  })
  assert.ok(!JSON.stringify(recorder.seen).includes('hunter2'))
})

test('the handler for Chef costs a run nothing but a line, and at most three seconds', { skip }, async () => {
  for (const origin of [
    await machine.nowhere(),
    (await machine.hanging()).origin,
    (await machine.closing()).origin,
  ]) {
    const { code, err, seconds } = await chef(`${origin}/hooks/x`, 'slk_x')
    assert.equal(code, 0, err)
    assert.match(err, /^Shiplog did not take the run: /)
    assert.ok(seconds < 3 + 10, `${seconds} s`)
  }
})
