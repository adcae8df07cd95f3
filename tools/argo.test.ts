import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { install, type Machine, startMachine, type Told } from './machine.ts'

const sources = '/usr/share/gocode'
const sprig = `${sources}/src/github.com/Masterminds/sprig`
const skip = install({ go: 'golang-go', [sprig]: 'golang-github-masterminds-sprig-dev' })
let machine: Machine

before(async () => {
  if (skip) return
  machine = await startMachine()
  const env = { GO111MODULE: 'off', GOPATH: sources, GOFLAGS: '' }
  const script = join(import.meta.dirname, 'go/render.go')
  const built = await machine.run('go', ['build', '-o', join(machine.folder, 'render'), script], { env })
  assert.equal(built.code, 0, built.err)
})
after(() => machine?.stop())

/** Renders one of a kit’s templates as Argo does, sends it with the headers that stand there, and answers the release. */
async function told(kit: string, name: string, known: object): Promise<Told> {
  const { data } = parse(
    readFileSync(join(import.meta.dirname, `../integrations/${kit}/shiplog.yaml`), 'utf8'),
  )
  const { method, body } = parse(data[`template.${name}`]).webhook.shiplog
  const { headers } = parse(data['service.webhook.shiplog'])
  const { code, out, err } = await machine.run('./render', [JSON.stringify(known)], { input: body })
  assert.equal(code, 0, err)
  const sent = headers.map(({ name, value }: { name: string; value: string }) => [
    name,
    value.replace('$shiplog-token', machine.secret),
  ])
  const answer = await fetch(machine.source.address, { method, headers: Object.fromEntries(sent), body: out })
  const { release, ...rest } = (await answer.json()) as { release: string; matched: boolean }
  assert.ok(answer.ok && rest.matched, out + JSON.stringify(rest))
  return machine.api<Told>(`/api/v1/releases/${release}`)
}

const metadata = { name: 'shop', namespace: 'argocd' }
const minutesAgo = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+/, '')

/** An application whose operation has come so far. */
const app = (operationState: object, annotations?: object) => ({
  app: { metadata: { ...metadata, ...(annotations && { annotations }) }, status: { operationState } },
  context: { argocdUrl: 'https://argocd.example.com' },
})
const [one, two] = ['1', '2'].map((digit) => digit.repeat(40)) as [string, string]

test('Argo CD: a sync runs and is done, and one to an earlier revision is a rollback', { skip }, async () => {
  for (const [revision, minutes, kind] of [
    [one, 30, 'deploy'],
    [two, 20, 'deploy'],
    [one, 10, 'rollback'],
  ] as const) {
    const startedAt = minutesAgo(minutes)
    const operation = { sync: { revision }, initiatedBy: { username: 'ada' } }
    const running = await told('argo-cd', 'shiplog', app({ phase: 'Running', startedAt, operation }))
    assert.deepEqual([running.state, running.commit], ['running', revision])
    const syncResult = { revision }
    const done = { phase: 'Succeeded', startedAt, operation, syncResult, message: 'successfully synced' }
    const release = await told('argo-cd', 'shiplog', app(done))
    assert.deepEqual([release.id, release.state, release.kind], [running.id, 'succeeded', kind])
    assert.deepEqual([release.version, release.actor_name], [null, 'ada'])
    assert.equal(release.run_url, 'https://argocd.example.com/applications/argocd/shop')
  }
})

test('Argo CD: a sync that failed, by nobody, of a chart, with what its annotations say', {
  skip,
}, async () => {
  const failed = {
    phase: 'Error',
    startedAt: minutesAgo(5),
    message: 'it said "no"\nand <left>',
    syncResult: { revision: '2.3.4' },
  }
  const chart = await told('argo-cd', 'shiplog', app(failed))
  assert.deepEqual([chart.state, chart.version, chart.commit], ['failed', '2.3.4', null])
  assert.deepEqual([chart.message, chart.actor_name], ['it said "no"\nand <left>', 'Argo CD'])
  const said = { 'shiplog/service': 'shop', 'shiplog/environment': 'staging', 'shiplog/version': '9.9' }
  const { environment, version } = await told('argo-cd', 'shiplog', app(failed, said))
  assert.deepEqual([environment, version], ['staging', '9.9'])
})

const rollout = (revision: number, image: string, status: object = {}) => ({
  rollout: {
    metadata: {
      ...metadata,
      namespace: 'web',
      annotations: { 'rollout.argoproj.io/revision': String(revision) },
    },
    spec: { template: { spec: { containers: [{ image }] } } },
    status,
  },
})
const weight = (weight: number) => ({
  canary: { weights: { canary: { weight }, stable: { weight: 100 - weight } } },
})

test('Argo Rollouts: a canary grows by its weight until everybody has it', { skip }, async () => {
  const at = (status: object) => rollout(7, 'registry:5000/shop:3.0.0@sha256:abc', status)
  const begun = await told('argo-rollouts', 'shiplog-started', at({}))
  assert.deepEqual([begun.state, begun.version, begun.run_key], ['running', '3.0.0', 'web/shop-7'])
  for (const percent of [20, 50]) {
    const { state, ...release } = await told('argo-rollouts', 'shiplog-progress', at(weight(percent)))
    assert.deepEqual([release.id, state, release.percent], [begun.id, 'canary', percent])
  }
  const { id, state, percent } = await told('argo-rollouts', 'shiplog-succeeded', at({}))
  assert.deepEqual([id, state, percent], [begun.id, 'succeeded', 100])
})

test('Argo Rollouts: an abort is rolled back, and what has no weight and no tag is not guessed', {
  skip,
}, async () => {
  const none = await told('argo-rollouts', 'shiplog-progress', rollout(8, 'registry:5000/shop'))
  assert.deepEqual([none.state, none.version, none.percent], ['running', null, null])
  await told('argo-rollouts', 'shiplog-progress', rollout(8, 'shop:3.1.0', weight(20)))
  const message = 'RolloutAborted: metric "success-rate" assessed Failed'
  const back = await told('argo-rollouts', 'shiplog-rolled-back', rollout(8, 'shop:3.1.0', { message }))
  assert.deepEqual([back.id, back.state, back.reason], [none.id, 'rolled_back', message])
})
