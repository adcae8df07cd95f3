import { z } from 'zod'
import type { Adapter, Translation } from '../adapter.ts'
import type { EventFacts, EventType } from '../events.ts'
import { known, membersOf, webLink } from '../known.ts'
import { short, tagOf, unlike } from '../shape.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'

const text = z.string().max(10_000).nullish().catch(null)
const time = z.unknown().optional()
const commit = z.object({
  repoUrl: z.string().min(1).max(500),
  commitSha: z.string().min(7).max(100),
  refName: text,
})
const deployment = z.object({
  id: z.union([z.string().max(180), z.number().transform(String)]).nullish(),
  result: text,
  environment: text,
  displayTitle: text,
  url: text,
  startedDate: time,
  finishedDate: time,
  deploymentCommits: z.array(commit).min(1).max(50),
})
type Deployment = z.output<typeof deployment>

const connection =
  /^(?:\/api)?(?:\/rest)?\/plugins\/webhook\/(?:connections\/)?(?:by-name\/)?[^/]{1,200}\/(deployments|issues|issue\/.{1,200}\/close)\/?$/
const types = new Map<string, EventType>(
  Object.entries({
    success: 'release.succeeded',
    failure: 'release.failed',
    failed: 'release.failed',
    abort: 'release.cancelled',
    cancelled: 'release.cancelled',
  }),
)
/** What the fields were called before DevLake 1.0. */
const oldNames = new Map(
  Object.entries({
    pipeline_id: 'id',
    deployment_commits: 'deploymentCommits',
    display_title: 'displayTitle',
    start_time: 'startedDate',
    end_time: 'finishedDate',
    repo_url: 'repoUrl',
    commit_sha: 'commitSha',
    ref_name: 'refName',
  }),
)

/** Shiplog in the place of Apache DevLake, whose webhook tells of deployments that are over. */
export const devlake = {
  kind: 'devlake',
  label: 'Apache DevLake',
  hint: 'Pipelines that post their deployments to DevLake’s webhook post them here too.',
  group: 'Programs that speak to others',
  secret: 'bearer',
  serves: (method, path) => method === 'POST' && (path === '' || connection.test(path)),
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  redact: withoutPasswords,
  dedupeKey: ({ json, body, path }) => {
    const { id } = membersOf(modern(json))
    return typeof id === 'string' && id ? sha256(`${path} ${id} ${sha256(body)}`) : null
  },
  translate({ json, path = '' }): Translation {
    const [, what = 'deployments'] = connection.exec(path) ?? []
    if (what !== 'deployments') return { ignored: 'DevLake’s incidents are not taken, only its deployments.' }
    const read = deployment.safeParse(modern(json))
    if (!read.success) return unlike('a deployment of DevLake’s', read.error)
    return fromDeployment(read.data)
  },
  setup: ({ address, secret }) => ({
    steps: [
      `Where the pipeline posts to DevLake, post the same once more to ${address}/api/rest/plugins/webhook/connections/1/deployments; the number of the connection may be any.`,
      `The API key is the secret, as Authorization: Bearer ${secret ?? 'and the one that was shown when this source was made'}`,
      'Each repository of a deployment is a service of its own, called like owner/repository. What is called like a component’s slug is matched at once; anything else waits in the inbox.',
      'DevLake’s webhook tells only of what is over: Shiplog sees no release while it runs.',
    ],
    curl: [
      `curl -fsS ${address}/api/rest/plugins/webhook/connections/1/deployments \\`,
      `  -H "Authorization: Bearer ${secret ?? '$SECRET'}" -H 'Content-Type: application/json' \\`,
      `  -d '{"id":"try-1","startedDate":"'"$(date -u +%FT%TZ)"'","finishedDate":"'"$(date -u +%FT%TZ)"'","result":"SUCCESS","deploymentCommits":[{"repoUrl":"https://github.com/acme/try","commitSha":"1a5f89dbe7c1b0e4b1f6fa0d0c4a5f1c8d9e0a1b","refName":"v1.0.0"}]}'`,
    ].join('\n'),
  }),
} satisfies Adapter

function fromDeployment(said: Deployment): Translation {
  const type = types.get((said.result || 'success').toLowerCase())
  if (!type) return { ignored: `A deployment that is “${short(said.result ?? '')}” changes nothing here.` }
  const started_at = readTime(said.startedDate) ?? undefined
  const finished_at = readTime(said.finishedDate)
  const occurred_at = finished_at ?? started_at
  if (!occurred_at) return { invalid: 'finishedDate is not a time.' }
  const environment = (said.environment || 'production').toLowerCase().slice(0, 200)
  const about = known({
    started_at,
    finished_at: occurred_at,
    message: said.displayTitle || undefined,
  })
  const run = webLink(said.url)
  const events = said.deploymentCommits.map((commit) => {
    const service = repositoryOf(commit.repoUrl)
    const run_key = said.id || `${commit.commitSha}@${occurred_at}`
    return { type, run_key, service, environment, occurred_at, facts: { ...about, ...factsOf(commit, run) } }
  })
  // a repository that is named twice is one release
  return { events: [...new Map(events.map((event) => [event.service, event])).values()] }
}

function factsOf({ commitSha, refName }: z.output<typeof commit>, run: string | undefined): EventFacts {
  const ref = refName?.slice(0, 500) || undefined
  const version = (ref && tagOf(ref)) || commitSha.slice(0, 7)
  return known({ version, commit: commitSha, ref, urls: run ? { run } : undefined })
}

/** `acme/shop` of any way to write where a repository is. */
function repositoryOf(url: string): string {
  const path = url.replace(/^[a-z+]+:\/\/[^/]*\/|^[^/:]+@[^/:]+:/i, '')
  const name = path
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .slice(0, 200)
  return name.trim() || url.slice(0, 200)
}

/** The same with the names of today. A deployment of one repository has its commit beside the rest. */
function modern(json: unknown): unknown {
  const said = membersOf(renamed(json))
  const alone = said.deploymentCommits === undefined && said.repoUrl !== undefined
  return alone ? { ...said, deploymentCommits: [said] } : said
}

function renamed(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(renamed)
  if (typeof json !== 'object' || json === null) return json
  const named = (name: string) => oldNames.get(name) ?? name
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [named(name), renamed(value)]))
}

/** Some pipelines write a token into the address of a repository. */
function withoutPasswords(json: unknown): unknown {
  if (typeof json === 'string') return json.replace(/:\/\/[^/@\s]{1,500}@/g, '://')
  if (Array.isArray(json)) return json.map(withoutPasswords)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, withoutPasswords(value)]))
}
