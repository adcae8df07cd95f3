import { z } from 'zod'
import type { Adapter, Settings, Translation } from '../adapter.ts'
import type { EventFacts, EventType } from '../events.ts'
import { type Extras, extrasOf } from '../extras.ts'
import { known, webLink } from '../known.ts'
import { short, tagOf, unlike } from '../shape.ts'
import { signedBy } from '../signatures.ts'
import { readTime } from '../times.ts'
import { environmentOf, fromWorkflowRun, workflows } from './github-runs.ts'

const text = z.string().nullish()
const repository = z.object({ full_name: z.string(), html_url: z.string() })
const deployment = z.object({
  id: z.number(),
  sha: z.string(),
  ref: z.string(),
  task: text,
  payload: z.unknown().optional(),
  environment: z.string(),
  transient_environment: z.boolean().nullish(),
  description: text,
  creator: z.object({ login: z.string(), type: text }).nullish(),
  created_at: z.string(),
})
const workflow = z.object({ name: text, path: text }).nullish().catch(undefined)
const deploymentEvent = z.object({ deployment, repository, workflow, workflow_run: workflow })
const deploymentStatus = z.object({
  state: z.string(),
  description: text,
  created_at: z.string(),
  log_url: text,
  target_url: text,
  environment_url: text,
})
const statusEvent = deploymentEvent.extend({ deployment_status: deploymentStatus })
const release = z.object({ id: z.number(), tag_name: z.string(), html_url: text, published_at: text })
const releaseEvent = z.object({ action: z.string(), release, repository })

const types: Record<string, EventType> = {
  pending: 'release.queued',
  queued: 'release.queued',
  waiting: 'release.waiting',
  in_progress: 'release.started',
  success: 'release.succeeded',
  failure: 'release.failed',
  error: 'release.failed',
}

/**
 * GitHub's deployments and releases, and runs of the workflows that are said to deploy. A run is a deployment or the
 * run of a workflow, never both; the service is the repository's full name.
 */
export const github = {
  kind: 'github',
  label: 'GitHub',
  hint: 'Deployments, releases and runs of workflows, by a webhook of a repository or an organisation.',
  group: 'Forges and builds',
  secret: 'signing',
  settings: { workflows },
  verify({ headers, body }, { secrets }) {
    const signature = headers['x-hub-signature-256']
    if (typeof signature !== 'string' || !signature.startsWith('sha256=')) return false
    return signedBy(secrets, body, signature.slice('sha256='.length))
  },
  dedupeKey({ headers }) {
    const guid = headers['x-github-delivery']
    return typeof guid === 'string' && /^[\w-]{1,100}$/.test(guid) ? guid : null
  },
  translate({ headers, json }, settings): Translation {
    const event = headers['x-github-event']
    if (event === 'ping') return { ping: true }
    if (event === 'deployment') return fromDeployment(json, settings)
    if (event === 'deployment_status') return fromStatus(json, settings)
    if (event === 'release') return fromRelease(json)
    if (event === 'workflow_run') return fromWorkflowRun(json, settings)
    return { ignored: `GitHub’s “${short(String(event))}” says nothing about a deployment.` }
  },
  setup: ({ address, secret, settings }) => ({
    steps: [
      'In GitHub, open the Settings of the repository (or of the organisation), then Webhooks, then “Add webhook”.',
      `Payload URL: ${address}`,
      'Content type: application/json.',
      `Secret: ${secret ?? 'the one shown on this page when it was made.'}`,
      'Choose “Let me select individual events”: Deployments, Deployment statuses and Releases. Unselect Pushes.',
      settings.workflows
        ? `Choose “Workflow runs” too: runs of ${settings.workflows} are releases here, and the deployments that they make are not.`
        : 'A repository whose workflows deploy without deployments: name these workflows under “Name and settings”, and choose “Workflow runs” too.',
      'Press “Add webhook”. GitHub sends a ping at once, and “Last delivery” changes on this page.',
      'The first deployment waits in the inbox under the repository’s full name, such as acme/shop: say there which component it is. A deployment whose payload has a "service" is that service instead.',
    ],
    curl: [
      `BODY='{"zen":"Hello from the shell"}'`,
      `SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "${secret ?? '$SECRET'}" -r | cut -d' ' -f1)`,
      `curl -fsS ${address} \\`,
      `  -H 'Content-Type: application/json' -H 'X-GitHub-Event: ping' \\`,
      `  -H "X-Hub-Signature-256: sha256=$SIGNATURE" -d "$BODY"`,
    ].join('\n'),
    test: 'GitHub sends a ping when the webhook is added; “Recent Deliveries” in GitHub sends any message again.',
  }),
} satisfies Adapter

function fromDeployment(json: unknown, settings: Settings): Translation {
  const read = deploymentEvent.safeParse(json)
  if (!read.success) return unlike('GitHub’s “deployment”', read.error)
  const { created_at, description } = read.data.deployment
  return ofRun(read.data, settings, 'release.queued', created_at, {
    message: description?.slice(0, 10_000) || undefined,
  })
}

function fromStatus(json: unknown, settings: Settings): Translation {
  const read = statusEvent.safeParse(json)
  if (!read.success) return unlike('GitHub’s “deployment_status”', read.error)
  const { state, description, created_at, log_url, target_url, environment_url } = read.data.deployment_status
  const type = types[state]
  // `inactive` follows the success of a newer deployment: what is live is known by then
  if (!type) return { ignored: `The deployment became “${short(state)}”, which changes nothing here.` }
  return ofRun(read.data, settings, type, created_at, {
    message: (type === 'release.failed' && description?.slice(0, 10_000)) || undefined,
    urls: { run: webLink(log_url) ?? webLink(target_url), target: webLink(environment_url) },
  })
}

/** One event of a deployment: what every message about it repeats, and what this one adds. */
function ofRun(
  from: z.output<typeof deploymentEvent>,
  settings: Settings,
  type: EventType,
  at: string,
  more: EventFacts,
): Translation {
  const { deployment, repository, workflow, workflow_run } = from
  const { environment } = deployment
  // a job with an `environment` makes a deployment of its own: one release is not to be told of twice
  if (environmentOf(settings, repository.full_name, workflow, workflow_run)) {
    return { ignored: 'It belongs to a workflow whose runs are the releases.' }
  }
  if (deployment.transient_environment) {
    return { ignored: `“${short(environment)}” is a transient environment.` }
  }
  const occurred_at = readTime(at)
  if (!occurred_at) return { invalid: 'created_at is not a time.' }
  const extras = extrasOf(deployment.payload)
  const service = extras.service ?? repository.full_name
  const commit = webLink(`${repository.html_url}/commit/${deployment.sha}`)
  const facts = known({
    ...factsOf(deployment, extras),
    ...known(more),
    urls: known({ ...more.urls, commit }),
  })
  return { events: [{ type, run_key: String(deployment.id), service, environment, occurred_at, facts }] }
}

function factsOf({ creator, sha, ref, task }: z.output<typeof deployment>, extras: Extras): EventFacts {
  const { version, percent, dark, rollback, rollback_of } = extras
  return {
    version: version ?? tagOf(ref) ?? sha.slice(0, 7),
    commit: sha,
    ref,
    kind: task === 'rollback' || rollback === true || rollback_of ? 'rollback' : undefined,
    percent,
    dark,
    actor: creator
      ? known({ name: creator.login, automated: creator.type === 'Bot' || undefined })
      : undefined,
    rollback: typeof rollback === 'object' ? rollback : undefined,
    attributes: rollback_of ? { rollback_of } : undefined,
  }
}

function fromRelease(json: unknown): Translation {
  const read = releaseEvent.safeParse(json)
  if (!read.success) return unlike('GitHub’s “release”', read.error)
  const { action, release, repository } = read.data
  if (action !== 'published')
    return { ignored: `A GitHub release was ${short(action)}; only “published” counts.` }
  const occurred_at = readTime(release.published_at)
  if (!occurred_at) return { invalid: 'published_at is not a time.' }
  const { full_name: service } = repository
  const urls = known({ changelog: webLink(release.html_url) })
  const event = { type: 'artifact.available', run_key: `release:${release.id}`, service } as const
  const facts = { version: release.tag_name, urls }
  return { events: [{ ...event, environment: 'production', occurred_at, facts }] }
}
