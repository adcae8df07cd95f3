import { isSigned, newSigningSecret } from '../../outbound/sign.ts'
import type { Adapter, Translation } from '../adapter.ts'
import { keyIn, membersOf } from '../known.ts'
import { short } from '../shape.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { fromDeployment, fromFlag, fromPipeline, fromRelease } from './gitlab-hooks.ts'

/**
 * GitLab's deployments, pipelines, releases and feature flags. A run is the job that deploys, so that a deployment and
 * the pipeline of its job are one release; the service is the path of the project.
 */
export const gitlab = {
  kind: 'gitlab',
  label: 'GitLab',
  hint: 'Deployments, pipelines, releases and feature flags, by a webhook of a project or a group.',
  group: 'Forges and builds',
  secret: 'signing',
  pasted: 'may',
  newSecret: newSigningSecret,
  // four refusals in a row, and GitLab never calls again
  neverRefused: true,
  // a pipeline of some hundred jobs is told of as a whole
  largestBody: 2 ** 20,
  verify(incoming, { secrets }) {
    const token = incoming.headers['x-gitlab-token']
    const shown = typeof token === 'string' && secretAmong(secrets.map(sha256), token)
    return shown || isSigned(incoming, secrets)
  },
  // the same name twice, of which only this one is signed
  dedupeKey: ({ headers }) => keyIn(headers['webhook-id']) ?? keyIn(headers['idempotency-key']),
  // on, off and on again are the same bytes twice: they say no time
  mayRecur: ({ json }) => kindOf(json) === 'feature_flag',
  translate({ json, received_at }): Translation {
    const kind = kindOf(json)
    if (kind === 'deployment') return fromDeployment(json)
    if (kind === 'pipeline') return fromPipeline(json)
    if (kind === 'release') return fromRelease(json)
    if (kind === 'feature_flag') return fromFlag(json, received_at)
    return { ignored: `GitLab’s “${short(kind)}” says nothing about a deployment.` }
  },
  setup: ({ address, secret }) => ({
    steps: [
      'In GitLab, open the project (or the group), then Settings, Webhooks, “Add new webhook”.',
      `URL: ${address}`,
      `Secret token: ${secret ?? 'the one shown on this page when it was made.'}`,
      'Where your GitLab has a “Signing token”, put the secret there instead: then it is never sent itself.',
      'Trigger: “Deployment events” and “Releases events”; “Feature flag events” if you use GitLab’s flags. Untick “Push events”.',
      '“Pipeline events” only where the GitLab is so old that it has no deployment events: they are large, and say the same.',
      'A job is a deployment when .gitlab-ci.yml gives it an “environment”.',
      'Press “Add webhook”. The first deployment waits in the inbox under the project’s path, such as acme/shop: say there which component it is.',
    ],
    curl: [
      `curl -fsS ${address} \\`,
      `  -H 'Content-Type: application/json' -H 'X-Gitlab-Event: Push Hook' \\`,
      `  -H "X-Gitlab-Token: ${secret ?? '$SECRET'}" -d '{"object_kind":"push"}'`,
    ].join('\n'),
    test: 'In the list of webhooks, “Test” sends a message of the kind you choose; “Edit” shows the recent ones, and sends any of them again.',
  }),
} satisfies Adapter

function kindOf(json: unknown): string {
  const { object_kind, event_name } = membersOf(json)
  const kind = object_kind ?? event_name
  return typeof kind === 'string' ? kind : 'message'
}
