import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { nativeEvent } from '../src/sources/adapters/native.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8')

test('a kit’s README is at most one screen', () => {
  const longer = ['gate/README.md', 'receiver/README.md']
  const kits = globSync('*/README.md', { cwd: import.meta.dirname }).filter((file) => !longer.includes(file))
  assert.ok(kits.length > 0)
  assert.deepEqual(
    kits.filter((file) => read(file).trimEnd().split('\n').length > 40),
    [],
  )
})

/** What a body template of Argo’s says, by field: what is written there, or the words that fill it in. */
function fieldsOf(body: string): Record<string, string> {
  // a stand-in for each placeholder, which holds the kind of value that toJson writes
  const filled = body.replace(/\{\{-? (.*?) ?-?\}\}/g, (_, words: string) =>
    words.startsWith('$') && words.includes(':=') ? '' : JSON.stringify(words),
  )
  return JSON.parse(filled)
}

for (const [kit, known] of [
  ['argo-cd', 'app'],
  ['argo-rollouts', 'rollout'],
] as const) {
  const data: Record<string, string> = parse(read(`${kit}/shiplog.yaml`)).data
  const templates = Object.keys(data).filter((key) => key.startsWith('template.'))

  test(`the templates for ${kit} make JSON of the native fields alone, each value of it written as JSON`, () => {
    assert.ok(templates.length > 0)
    for (const key of templates) {
      const { method, body } = parse(data[key] ?? '').webhook.shiplog
      assert.equal(method, 'POST', 'the default is GET')
      const fields = fieldsOf(body)
      assert.deepEqual(
        Object.keys(fields).filter((field) => !(field in nativeEvent.shape)),
        [],
      )
      for (const field of ['type', 'run', 'service', 'environment', 'version', 'at'])
        assert.ok(field in fields)
      for (const [field, words] of Object.entries(fields)) {
        const isFixed = typeof words === 'number' || /^release\.[a-z_]+$/.test(words)
        assert.ok(isFixed || words.endsWith('| toJson'), `${field} is written as JSON, whatever it holds`)
        const from = [...String(words).matchAll(/[ (]\.(\w+)/g)].map(([, name]) => name)
        assert.deepEqual(
          from.filter((name) => name !== known && name !== 'context'),
          [],
        )
      }
      nativeEvent.parse({ ...filledIn(fields), type: 'release.started' })
    }
  })

  test(`the triggers for ${kit} send templates that are there, to the service that is there`, () => {
    const { url, headers } = parse(data['service.webhook.shiplog'] ?? '')
    assert.match(url, /^https:\/\/status\.example\.com\/hooks\/SOURCE$/)
    assert.deepEqual(headers[0], { name: 'Authorization', value: 'Bearer $shiplog-token' })
    const triggers = Object.entries(data).filter(([key]) => key.startsWith('trigger.'))
    const sent = triggers.flatMap(([, text]) => parse(text).flatMap(({ send }: { send: string[] }) => send))
    assert.deepEqual([...new Set(sent)].map((name) => `template.${name}`).sort(), templates.sort())
    assert.equal(triggers.length + templates.length + 1, Object.keys(data).length)
  })
}

const filledIn = (fields: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(fields).map(([field, words]) => {
      if (typeof words === 'number') return [field, words]
      return [
        field,
        /^(at|started_at)$/.test(field) ? '2026-11-23T05:27:05Z' : field === 'percent' ? '' : 'x',
      ]
    }),
  )

test('going back to an earlier revision is told by Argo CD: a trigger is once for each operation', () => {
  const { data } = parse(read('argo-cd/shiplog.yaml'))
  for (const { oncePer, when } of parse(data['trigger.on-shiplog'])) {
    assert.equal(oncePer, 'app.status.operationState.startedAt')
    assert.match(when, /^app\.status\.operationState != nil and /)
  }
})

test('Flagger has one webhook, of the type that decides nothing, and waits three seconds for it', () => {
  const { webhooks } = parse(read('flagger/canary.yaml')).spec.analysis
  const [{ type, timeout, metadata }] = webhooks
  assert.deepEqual([webhooks.length, type, timeout], [1, 'event', '3s'])
  assert.ok(
    Object.values(metadata).every((value) => typeof value === 'string'),
    'Flagger takes texts alone',
  )
})

test('the stack for SNS keeps the envelope, and tries for as long as SNS does', () => {
  const plain = { logLevel: 'error' } as const
  const { Resources } = parse(read('aws/sns.yaml'), { ...plain, customTags: [ref] })
  const { Protocol, RawMessageDelivery, DeliveryPolicy } = Resources.Subscription.Properties
  assert.deepEqual([Protocol, RawMessageDelivery], ['https', false])
  const { numRetries, maxDelayTarget } = DeliveryPolicy.healthyRetryPolicy
  assert.ok(numRetries * maxDelayTarget <= 3600, 'SNS refuses a policy that takes longer than an hour')
})
const ref = { tag: '!Ref', resolve: (name: string) => ({ Ref: name }) }

/** Runs a script with a gcloud that only writes down what it is asked. */
function asked(t: TestContext, script: string, ...words: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-gcloud-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const gcloud = join(folder, 'gcloud')
  writeFileSync(
    gcloud,
    `#!/bin/sh\necho "$*" >>'${folder}/asked'\ncase "$*" in *describe\\ shiplog*) echo writer ;; esac\n`,
  )
  chmodSync(gcloud, 0o755)
  const env = { PATH: `${folder}:${process.env.PATH}`, PROJECT: 'acme', SERVICE_ACCOUNT: 'shiplog@acme' }
  const file = join(import.meta.dirname, 'google-cloud', script)
  const { status, stderr } = spawnSync('sh', [file, ...words], { env, encoding: 'utf8' })
  const lines = status === 0 ? readFileSync(join(folder, 'asked'), 'utf8').trimEnd().split('\n') : []
  return { status, stderr, lines }
}

test('the scripts for Google Cloud subscribe the address of the source, in the name of the service account', (t) => {
  const address = 'https://status.example.com/hooks/abc'
  for (const [script, topics] of [
    ['cloud-deploy.sh', ['clouddeploy-operations', 'clouddeploy-approvals']],
    ['app-engine.sh', ['app-engine-releases']],
  ] as const) {
    const { status, lines } = asked(t, script, address)
    assert.equal(status, 0)
    assert.deepEqual(
      lines.filter((line) => line.startsWith('pubsub subscriptions')),
      topics.map(
        (topic) =>
          `pubsub subscriptions create shiplog-${topic} --project=acme --topic=${topic} --push-endpoint=${address} ` +
          `--push-auth-service-account=shiplog@acme --push-auth-token-audience=${address}`,
      ),
    )
    assert.match(asked(t, script).stderr, /ADDRESS is missing/)
  }
  assert.ok(
    asked(t, 'app-engine.sh', address).lines.some((line) =>
      line.includes('--member=writer --role=roles/pubsub.publisher'),
    ),
  )
})
