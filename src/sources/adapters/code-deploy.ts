import { z } from 'zod'
import type { Translation } from '../adapter.ts'
import type { EventType } from '../events.ts'
import { inAddress, jsonIn, known, webLink } from '../known.ts'
import { short } from '../shape.ts'
import { readTime } from '../times.ts'

const text = z.string().min(1).optional().catch(undefined)
/** Some of it is JSON in a text, or not, by the kind of deployment. */
const nested = z.preprocess(
  (value) => (typeof value === 'string' ? jsonIn(value) : value),
  z.record(z.string(), z.unknown()).optional().catch(undefined),
)
const deployment = z.object({
  applicationName: z.string(),
  deploymentId: z.string(),
  deploymentGroupName: z.string(),
  status: z.string(),
  region: text,
  accountId: text,
  createTime: text,
  completeTime: text,
  errorInformation: nested,
  rollbackInformation: nested,
})
type Deployment = z.output<typeof deployment>

const types: Record<string, EventType> = {
  created: 'release.started',
  queued: 'release.queued',
  inprogress: 'release.started',
  baking: 'release.progress',
  ready: 'release.waiting',
  succeeded: 'release.succeeded',
  failed: 'release.failed',
  stopped: 'release.cancelled',
}
const ends: readonly EventType[] = ['release.succeeded', 'release.failed', 'release.cancelled']

/** What a message of a trigger says. A run is a deployment; a rollback is a deployment of its own. */
export function fromCodeDeploy(message: string, sent_at: string): Translation {
  const json = jsonIn(message)
  if (typeof json !== 'object' || json === null || !('deploymentId' in json)) {
    return { ignored: 'It is no message of a trigger of CodeDeploy.' }
  }
  if ('instanceId' in json) return { ignored: 'It is about one instance only.' }
  const read = deployment.safeParse(json)
  if (!read.success) return { invalid: 'This is not what a trigger of CodeDeploy says of a deployment.' }
  const type = types[read.data.status.toLowerCase().replace(/[^a-z]/g, '')]
  if (!type) {
    return { ignored: `The deployment became “${short(read.data.status)}”, which changes nothing here.` }
  }
  const occurred_at = readTime(momentOf(read.data, type) ?? sent_at) ?? readTime(sent_at)
  if (!occurred_at) return { invalid: 'It says no time.' }
  const { deploymentId: run_key, applicationName: service, deploymentGroupName: environment } = read.data
  return { events: [{ type, run_key, service, environment, occurred_at, facts: factsOf(read.data, type) }] }
}

/** CodeDeploy writes its times as seconds with a fraction, in a text. */
function momentOf({ createTime, completeTime }: Deployment, type: EventType) {
  if (ends.includes(type)) return completeTime
  return type === 'release.started' || type === 'release.queued' ? createTime : undefined
}

function factsOf(said: Deployment, type: EventType) {
  const { deploymentId, createTime, completeTime, errorInformation, rollbackInformation } = said
  const undoes = rollbackInformation?.RollbackTriggeringDeploymentId
  const isRollback = typeof undoes === 'string' && undoes !== '' && undoes !== deploymentId
  return known({
    kind: isRollback ? ('rollback' as const) : undefined,
    message: wordsOf(errorInformation) ?? wordsOf(rollbackInformation),
    started_at: readTime(createTime) ?? undefined,
    finished_at: (ends.includes(type) && readTime(completeTime)) || undefined,
    urls: known({ run: consoleOf(said) }),
    attributes: isRollback ? { rolls_back: undoes.slice(0, 100) } : undefined,
  })
}

function wordsOf(about: Record<string, unknown> | undefined): string | undefined {
  const words = about?.ErrorMessage ?? about?.RollbackMessage
  return typeof words === 'string' && words !== '' ? words.slice(0, 10_000) : undefined
}

function consoleOf({ region, deploymentId }: Deployment): string | undefined {
  if (!region || !/^[a-z0-9-]{3,40}$/.test(region)) return undefined
  const host = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com'
  return webLink(`https://${region}.${host}/codesuite/codedeploy/deployments/${inAddress(deploymentId)}`)
}
