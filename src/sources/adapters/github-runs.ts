import { z } from 'zod'
import type { Setting, Settings, Translation } from '../adapter.ts'
import type { EventType } from '../events.ts'
import { known, webLink } from '../known.ts'
import { placeOf, placesSetting } from '../places.ts'
import { short, tagOf, unlike } from '../shape.ts'
import { readTime } from '../times.ts'

const text = z.string().nullish()
const person = z.object({ login: z.string(), type: text }).nullish()
const run = z.object({
  id: z.number(),
  run_attempt: z.int().min(1).max(1_000_000).nullish(),
  name: text,
  path: text,
  event: text,
  head_sha: z.string(),
  head_branch: text,
  conclusion: text,
  run_started_at: text,
  updated_at: z.string(),
  html_url: text,
  actor: person,
  triggering_actor: person,
})
const runEvent = z.object({
  action: z.string(),
  workflow_run: run,
  workflow: z.object({ name: text, path: text }).nullish(),
  repository: z.object({ full_name: z.string(), html_url: z.string() }),
})
type Run = z.output<typeof run>
type Named = { name?: string | null | undefined; path?: string | null | undefined }

/** What the end of a run says of the release; a run in which nothing was done brought nothing to anybody. */
const endings: Record<string, EventType> = {
  success: 'release.succeeded',
  failure: 'release.failed',
  timed_out: 'release.failed',
  startup_failure: 'release.failed',
  cancelled: 'release.cancelled',
  skipped: 'release.cancelled',
  neutral: 'release.cancelled',
  stale: 'release.cancelled',
  action_required: 'release.waiting',
}

/** Which workflows deploy: an operator says so, since most test and build. */
export const workflows: Setting = placesSetting(
  'Workflows that deploy',
  'Only for repositories that do not use deployments: the files or names of workflows, with a comma between two, ' +
    'such as “deploy.yml, staging.yml = staging”. After “=” stands the environment; without it, production.',
  true,
)

/** The environment that a workflow deploys to; undefined when nobody said that it deploys. */
export function environmentOf(
  { workflows }: Settings,
  repository: string,
  ...of: (Named | null | undefined)[]
) {
  const names = new Set<string>()
  for (const { name, path } of of.flatMap((one) => one ?? [])) {
    const file = path?.replace(/@.*$/, '') ?? ''
    for (const one of [name, file, file.split('/').at(-1), `${repository}/${file}`]) if (one) names.add(one)
  }
  return placeOf(workflows, ...names)
}

/** A run of a workflow that deploys, as a release: each attempt of it opens the release again. */
export function fromWorkflowRun(json: unknown, settings: Settings): Translation {
  if (!settings.workflows) return { ignored: 'No workflow of this source is said to deploy.' }
  const read = runEvent.safeParse(json)
  if (!read.success) return unlike('GitHub’s “workflow_run”', read.error)
  const { action, workflow_run, workflow, repository } = read.data
  const environment = environmentOf(settings, repository.full_name, workflow_run, workflow)
  const name = short(workflow_run.name || workflow?.name || '')
  if (!environment) return { ignored: `The workflow “${name}” is not one that deploys.` }
  if (workflow_run.event?.startsWith('pull_request')) {
    return { ignored: 'What runs for a pull request brings nothing to customers.' }
  }
  const type = typeOf(action, workflow_run.conclusion)
  if (!type) return { ignored: `A run was ${short(action)}, which changes nothing here.` }
  const occurred_at = readTime(workflow_run.updated_at)
  if (!occurred_at) return { invalid: 'updated_at is not a time.' }
  const facts = factsOf(workflow_run, repository.html_url, type)
  const { full_name: service } = repository
  return {
    events: [{ type, run_key: `workflow:${workflow_run.id}`, service, environment, occurred_at, facts }],
  }
}

function typeOf(action: string, conclusion: Run['conclusion']): EventType | undefined {
  if (action === 'requested') return 'release.queued'
  if (action === 'in_progress') return 'release.started'
  return action === 'completed' ? endings[conclusion ?? ''] : undefined
}

function factsOf(run: Run, repository_url: string, type: EventType) {
  const { head_branch, head_sha, html_url, actor, triggering_actor } = run
  const who = triggering_actor ?? actor
  const begun = type !== 'release.queued' && type !== 'release.waiting'
  return known({
    version: (head_branch && tagOf(head_branch)) || head_sha.slice(0, 7),
    commit: head_sha,
    ref: head_branch ?? undefined,
    attempt: run.run_attempt ?? undefined,
    started_at: (begun && readTime(run.run_started_at)) || undefined,
    actor: who ? known({ name: who.login, automated: who.type === 'Bot' || undefined }) : undefined,
    urls: known({ run: webLink(html_url), commit: webLink(`${repository_url}/commit/${head_sha}`) }),
  })
}
