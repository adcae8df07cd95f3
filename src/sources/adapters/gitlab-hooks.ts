import { z } from 'zod'
import type { Translation } from '../adapter.ts'
import type { CanonicalEvent, EventFacts, EventType } from '../events.ts'
import { known, webLink } from '../known.ts'
import { short, tagOf, unlike } from '../shape.ts'
import { readTime } from '../times.ts'

const text = z.string().nullish()
const project = z.object({ path_with_namespace: z.string(), web_url: text })
const user = z.object({ username: z.string() }).nullish().catch(undefined)

const deployment = z.object({
  status: z.string(),
  status_changed_at: z.string(),
  deployment_id: z.number().nullish(),
  deployable_id: z.number().nullish(),
  deployable_url: text,
  environment: z.string(),
  environment_tier: text,
  environment_external_url: text,
  project,
  short_sha: text,
  user,
  commit_url: text,
  ref: text,
  approver: user,
  approval: z.object({ comment: text, created_at: text }).nullish().catch(undefined),
})

const build = z.object({
  id: z.number(),
  status: z.string(),
  started_at: text,
  finished_at: text,
  user,
  environment: z.object({ name: z.string(), action: text, deployment_tier: text }).nullish(),
})
const pipeline = z.object({
  object_attributes: z.object({ ref: text, tag: z.boolean().nullish(), sha: z.string(), url: text }),
  builds: z.array(build),
  project,
  user,
})

const release = z.object({
  id: z.number(),
  tag: z.string(),
  action: z.string(),
  created_at: text,
  released_at: text,
  url: text,
  project,
  commit: z.object({ id: z.string() }).nullish().catch(undefined),
})

const flag = z.object({
  object_attributes: z.object({ name: z.string(), active: z.boolean() }),
  project,
  user,
})

const types: Record<string, EventType> = {
  created: 'release.queued',
  blocked: 'release.waiting',
  running: 'release.started',
  success: 'release.succeeded',
  failed: 'release.failed',
  canceled: 'release.cancelled',
  skipped: 'release.cancelled',
}

/** A deployment came into another state, or somebody said yes or no to it. */
export function fromDeployment(json: unknown): Translation {
  const read = deployment.safeParse(json)
  if (!read.success) return unlike('GitLab’s “deployment”', read.error)
  const { status, status_changed_at, approval, approver, project, environment } = read.data
  const answer = { approved: 'Approved', rejected: 'Rejected' }[status]
  // a yes or no is no state: it waits until it runs, and a no may yet become a yes
  const type = answer ? 'release.waiting' : types[status]
  if (!type) return { ignored: `The deployment became “${short(status)}”, which changes nothing here.` }
  const occurred_at = readTime((answer && approval?.created_at) || status_changed_at)
  if (!occurred_at) return { invalid: 'status_changed_at is not a time.' }
  const said =
    answer && [`${answer} by ${approver?.username ?? 'somebody'}`, approval?.comment].filter(Boolean)
  const facts = { ...deploymentFacts(read.data), ...(said && { message: said.join(': ').slice(0, 10_000) }) }
  const { path_with_namespace: service } = project
  return { events: [{ type, run_key: runOf(read.data), service, environment, occurred_at, facts }] }
}

/** The job, which pipelines name too; what is deployed through the API has none. */
function runOf({ deployable_id, deployment_id }: z.output<typeof deployment>): string {
  if (deployable_id) return `job:${deployable_id}`
  return deployment_id ? `deployment:${deployment_id}` : ''
}

function deploymentFacts(said: z.output<typeof deployment>): EventFacts {
  const { ref, short_sha, commit_url, deployable_url, environment_external_url, environment_tier } = said
  const commit = /\/commit\/([0-9a-f]{40,64})(?:[?#]|$)/.exec(commit_url ?? '')?.[1]
  const urls = known({
    run: webLink(deployable_url),
    target: webLink(environment_external_url),
    commit: webLink(commit_url),
  })
  return known({
    version: (ref && tagOf(ref)) || short_sha || commit?.slice(0, 8),
    commit,
    ref: ref || undefined,
    actor: actorOf(said.user),
    urls,
    attributes: environment_tier ? { environment_tier } : undefined,
  })
}

function actorOf(who: z.output<typeof user>): EventFacts['actor'] {
  if (!who?.username) return undefined
  const automated = /^(project|group)_\d+_bot/.test(who.username) || undefined
  return known({ name: who.username, automated })
}

/** The jobs of a pipeline that deploy and have begun: what has not may never do so. */
export function fromPipeline(json: unknown): Translation {
  const read = pipeline.safeParse(json)
  if (!read.success) return unlike('GitLab’s “pipeline”', read.error)
  const deploys = read.data.builds.filter(
    ({ environment }) => environment && (environment.action ?? 'start') === 'start',
  )
  if (deploys.length === 0) return { ignored: 'No job of this pipeline has an environment.' }
  const events = deploys.flatMap((job) => jobEvent(read.data, job) ?? [])
  return events.length > 0 ? { events } : { ignored: 'No job of this pipeline that deploys has begun.' }
}

function jobEvent(of: z.output<typeof pipeline>, job: z.output<typeof build>): CanonicalEvent | undefined {
  const type = types[job.status]
  const started_at = readTime(job.started_at)
  if (!type || !started_at || !job.environment) return undefined
  const finished_at = readTime(job.finished_at) ?? undefined
  const { ref, tag, sha, url } = of.object_attributes
  const { path_with_namespace: service, web_url } = of.project
  const { name: environment, deployment_tier: environment_tier } = job.environment
  const facts = known({
    version: (ref && (tag ? ref : tagOf(ref))) || sha.slice(0, 8),
    commit: sha,
    ref: ref || undefined,
    started_at,
    finished_at,
    actor: actorOf(job.user ?? of.user),
    urls: known({
      run: webLink(`${web_url}/-/jobs/${job.id}`) ?? webLink(url),
      commit: webLink(`${web_url}/-/commit/${sha}`),
    }),
    attributes: environment_tier ? { environment_tier } : undefined,
  })
  return {
    type,
    run_key: `job:${job.id}`,
    service,
    environment,
    occurred_at: finished_at ?? started_at,
    facts,
  }
}

/** A release is an artifact that exists; where it is live, deployments say. */
export function fromRelease(json: unknown): Translation {
  const read = release.safeParse(json)
  if (!read.success) return unlike('GitLab’s “release”', read.error)
  const { id, tag, action, created_at, released_at, url, project, commit } = read.data
  if (action !== 'create')
    return { ignored: `A GitLab release was changed (${short(action)}); only a new one counts.` }
  // a release of the past or of next week is entered today: it exists since the earlier of both
  const [occurred_at] = [readTime(released_at), readTime(created_at)].filter((at) => at !== null).sort()
  if (!occurred_at) return { invalid: 'released_at is not a time.' }
  const { path_with_namespace: service } = project
  const facts = known({ version: tag, commit: commit?.id, urls: known({ changelog: webLink(url) }) })
  const event = { type: 'artifact.available', run_key: `release:${id}`, service } as const
  return { events: [{ ...event, environment: 'production', occurred_at, facts }] }
}

/** A flag was switched on or off. GitLab says neither when nor for which environment. */
export function fromFlag(json: unknown, received_at: string): Translation {
  const read = flag.safeParse(json)
  if (!read.success) return unlike('GitLab’s “feature flag”', read.error)
  const { object_attributes, project, user } = read.data
  const { name: run_key, active } = object_attributes
  const { path_with_namespace: service } = project
  const facts = known({ kind: 'flag' as const, percent: active ? 100 : 0, actor: actorOf(user) })
  return {
    events: [
      {
        type: 'exposure.changed',
        run_key,
        service,
        environment: 'production',
        occurred_at: received_at,
        facts,
      },
    ],
  }
}
