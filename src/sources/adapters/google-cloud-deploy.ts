import type { Adapter, Translation } from '../adapter.ts'
import type { EventType } from '../events.ts'
import { inAddress, known, webLink } from '../known.ts'
import { short } from '../shape.ts'
import { readTime } from '../times.ts'
import { type Pushed, pushed, pushedByGoogle, pushSettings, pushSteps } from './google-push.ts'

const types: Record<string, EventType> = {
  start: 'release.started',
  succeed: 'release.succeeded',
  failure: 'release.failed',
  cancelled: 'release.cancelled',
  required: 'release.waiting',
  rejected: 'release.cancelled',
  approved: 'release.progress',
  advanced: 'release.progress',
}

/** Rollouts of Google Cloud Deploy, by a push subscription of Pub/Sub. */
export const googleCloudDeploy = {
  kind: 'google_cloud_deploy',
  label: 'Google Cloud Deploy',
  hint: 'Rollouts of delivery pipelines, and what waits for approval, by Pub/Sub.',
  group: 'Clouds',
  secret: 'none',
  settings: pushSettings,
  neverRefused: true,
  verify: pushedByGoogle,
  dedupeKey: ({ json }) => pushed(json)?.messageId ?? null,
  translate({ json }): Translation {
    const message = pushed(json)
    if (!message)
      return { invalid: 'This is not a push of Pub/Sub’s, or it was unwrapped: its attributes are missing.' }
    return fromAttributes(message)
  },
  setup: ({ address }) => ({
    steps: [
      ...pushSteps('cloud-deploy.sh', 'the topics clouddeploy-operations and clouddeploy-approvals', address),
      'The service is the name of the delivery pipeline, the environment is the name of the target, and the version is the name of the release.',
    ],
    test: 'gcloud pubsub topics publish clouddeploy-operations --message=test sends one, which is kept as ignored within seconds.',
  }),
} satisfies Adapter

function fromAttributes({ attributes, publishTime }: Pushed): Translation {
  const { Action = '', ResourceType = '', DeliveryPipelineId, ReleaseId, RolloutId, TargetId } = attributes
  if (ResourceType !== 'Rollout')
    return { ignored: `It says nothing of a rollout, but of “${short(ResourceType)}”.` }
  const type = types[Action.toLowerCase()]
  if (!type) return { ignored: `“${short(Action)}” of a rollout changes nothing here.` }
  const occurred_at = readTime(publishTime)
  if (!DeliveryPipelineId || !ReleaseId || !RolloutId || !TargetId || !occurred_at) {
    return { invalid: 'The pipeline, release, rollout, target or time is missing.' }
  }
  const event = {
    type,
    run_key: `${ReleaseId}/${RolloutId}`,
    service: DeliveryPipelineId,
    environment: TargetId,
  }
  const facts = { version: ReleaseId, urls: known({ run: consoleOf(attributes) }) }
  return { events: [{ ...event, occurred_at, facts }] }
}

function consoleOf({
  Location,
  DeliveryPipelineId,
  ReleaseId,
  RolloutId,
  ProjectNumber,
}: Record<string, string>) {
  if (!Location || !ProjectNumber) return undefined
  const parts = [
    'delivery-pipelines',
    Location,
    DeliveryPipelineId,
    'releases',
    ReleaseId,
    'rollouts',
    RolloutId,
  ]
  const path = parts.map((part) => inAddress(part ?? '')).join('/')
  return webLink(`https://console.cloud.google.com/deploy/${path}?project=${inAddress(ProjectNumber)}`)
}
