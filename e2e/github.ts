import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { sign } from '@octokit/webhooks-methods'

type EventName = 'deployment' | 'deployment_status'
type Recorded = { name: string; examples: Payload[] }
type Payload = {
  deployment: Record<string, unknown>
  deployment_status?: Record<string, unknown>
  repository: { full_name: string }
}
/** Where GitHub was told to post, and with which secret. */
export type Hook = { address: string; secret: string }

// The package is one JSON file, and its types say that it is a module.
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as Recorded[]

/** What GitHub really sends, as its community recorded it: every example of an event. */
function recorded(name: EventName) {
  return examples.find((event) => event.name === name)?.examples ?? []
}

/** Posts the recorded payloads untouched: deployments of 2019 and 2022. */
export async function postRecorded(hook: Hook) {
  for (const name of ['deployment', 'deployment_status'] as const) {
    for (const payload of recorded(name)) await post(hook, name, payload)
  }
}

export type Deployment = { id: number; sha: string; started: Date; live?: Date }

/** Posts one deployment as it goes: created, in progress, and once it is live, success. */
export async function postDeployment(hook: Hook, { id, sha, started, live }: Deployment) {
  const [created] = recorded('deployment')
  const inProgress = recorded('deployment_status').find(
    (one) => one.deployment_status?.state === 'in_progress',
  )
  const success = recorded('deployment_status').find((one) => one.deployment_status?.state === 'success')
  assert.ok(created && inProgress && success, 'the recorded payloads are not what they were')
  const own = { id, sha, created_at: secondOf(started) }

  await post(hook, 'deployment', moved(created, own))
  await post(hook, 'deployment_status', moved(inProgress, own, { id: id + 1, at: started }))
  if (live) await post(hook, 'deployment_status', moved(success, own, { id: id + 2, at: live }))
}

/** A recorded payload with its id, commit and times made this deployment's own; all else stays as recorded. */
function moved(
  payload: Payload,
  own: { id: number; sha: string; created_at: string },
  status?: { id: number; at: Date },
): Payload {
  const place = { environment: 'production', original_environment: 'production' }
  const deployment = { ...payload.deployment, ...place, ...own, ref: 'master', updated_at: own.created_at }
  if (!status) return { ...payload, deployment }
  const at = secondOf(status.at)
  const when = { id: status.id, environment: 'production', created_at: at, updated_at: at }
  return { ...payload, deployment, deployment_status: { ...payload.deployment_status, ...when } }
}

/** Posts what GitHub posts when a webhook is added. */
export function postPing(hook: Hook) {
  return post(hook, 'ping', { zen: 'Keep it logically awesome.', hook_id: 1 }, 200)
}

async function post({ address, secret }: Hook, event: EventName | 'ping', payload: object, status = 202) {
  const body = JSON.stringify(payload)
  const answer = await fetch(address, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': event,
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': await sign(secret, body),
    },
  })
  assert.equal(answer.status, status, `${event} was answered ${answer.status}: ${await answer.text()}`)
}

/** GitHub tells times in whole seconds. */
function secondOf(date: Date) {
  return `${date.toISOString().slice(0, 19)}Z`
}
