import { z } from 'zod'
import type { Adapter, Read, Setting, Translation } from '../adapter.ts'
import type { EventFacts } from '../events.ts'
import { known, webLink } from '../known.ts'
import { unlike } from '../shape.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'
import { type Call, callOf, sentryAnswer, sentryLook, withoutPeople } from './sentry-api.ts'
import { matchedStep, shownOnce } from './steps.ts'

const word = z.string().trim().min(1).max(200)
const text = z.string().max(2000).nullish().catch(null)
const projects = z.array(word).max(50).nullish().catch(null)
const commit = z.string().max(200).nullish().catch(null)
const release = z.object({
  version: word.nullish(),
  projects,
  ref: commit,
  url: text,
  dateStarted: z.unknown().optional(),
  dateReleased: z.unknown().optional(),
  status: text,
  refs: z
    .array(z.object({ repository: text, commit, previousCommit: commit }))
    .nullish()
    .catch(null),
  commits: z
    .array(z.object({ id: commit }))
    .nullish()
    .catch(null),
})
const deploy = z.object({
  environment: word,
  name: text,
  url: text,
  dateStarted: z.unknown().optional(),
  dateFinished: z.unknown().optional(),
  projects,
})
type Release = z.output<typeof release>

const repositories: Setting = {
  label: 'Repositories',
  hint: 'Only for “set-commits --commit”: the names that it is given, with a comma between two, such as “acme/shop, acme/api”. sentry-cli tells the range between two commits only of repositories that it finds here.',
  optional: true,
  schema: z.string().max(5000),
}

/**
 * Shiplog in the place of Sentry, for pipelines that already call `sentry-cli releases`. A release of Sentry's is an
 * artifact that exists; only its deploys bring it anywhere, and only success can be told.
 */
export const sentry = {
  kind: 'sentry',
  label: 'Sentry CLI',
  hint: 'Pipelines that call sentry-cli (or Sentry’s releases API) tell Shiplog without a change.',
  group: 'Programs that speak to others',
  secret: 'bearer',
  settings: { repositories },
  // commits come with their patches; of them only their names are kept
  largestBody: 8 * 1024 * 1024,
  serves: (method, path) => callOf(method, path) !== null,
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  redact: withoutPeople,
  dedupeKey: (incoming) => `sentry:${sha256(naturalKey(incoming))}`,
  translate(incoming): Translation {
    const call = callOf(incoming.method, incoming.path)
    if (call?.what === 'deploy') return fromDeploy(incoming, call)
    if (call?.what === 'release') return fromRelease(incoming, call)
    return { ignored: 'It says nothing about a release.' }
  },
  look: (incoming, { repositories: names = '' }) => sentryLook(incoming, names),
  answer: sentryAnswer,
  setup: ({ address, origin, secret }) => ({
    address: origin,
    steps: [
      `Where the pipeline runs, set SENTRY_URL to ${origin} (sentry-cli takes no path in it) and SENTRY_AUTH_TOKEN to ${secret ?? shownOnce}`,
      'Set SENTRY_ORG and SENTRY_PROJECT to anything: the project is the service where the version does not name it. In shop@1.4.2 the service is shop.',
      'Keep what the pipeline calls: sentry-cli releases new, set-commits, finalize, and at the end sentry-cli deploys new -r VERSION -e ENVIRONMENT. Only the deploy makes a release here.',
      'To tell Sentry too, call each command twice, with both pairs of settings.',
      `Other clients of Sentry’s releases API may use ${address} as the address of Sentry.`,
      matchedStep,
    ],
    curl: [
      `curl -fsS ${address}/api/0/organizations/acme/releases/shop@1.4.2/deploys/ \\`,
      `  -H "Authorization: Bearer ${secret ?? '$SECRET'}" -H 'Content-Type: application/json' \\`,
      `  -d '{"environment":"production"}'`,
    ].join('\n'),
    test: 'sentry-cli releases new shop@0.0.0 makes no release, and “Last delivery” changes on this page.',
  }),
} satisfies Adapter

/** A deploy that states its end is one however often it is told; one that does not, within a minute. */
function naturalKey({ method, path, body, json, received_at }: Read): string {
  const { data } = deploy.safeParse(json)
  if (!data) return `${method} ${path} ${sha256(body)}`
  const { environment, name, dateFinished } = data
  return [path, environment, name ?? '', JSON.stringify(dateFinished) ?? received_at.slice(0, 16)].join('\n')
}

function fromDeploy(incoming: Read, call: Call): Translation {
  const read = deploy.safeParse(incoming.json)
  if (!read.success) return unlike('a deploy of Sentry’s', read.error)
  const { environment, name, url, dateStarted, dateFinished } = read.data
  const occurred_at = dateFinished == null ? incoming.received_at : readTime(dateFinished)
  if (!occurred_at) return { invalid: 'dateFinished is not a time.' }
  const { services, version } = named(call.version ?? '', call, read.data.projects)
  const facts: EventFacts = known({
    ...versionFacts(version),
    started_at: readTime(dateStarted) ?? undefined,
    finished_at: occurred_at,
    message: name || undefined,
    urls: linked({ target: webLink(url) }),
  })
  const run_key = `deploy:${sha256(naturalKey(incoming)).slice(0, 16)}`
  const event = { type: 'release.succeeded', run_key, environment, occurred_at, facts } as const
  return { events: services.map((service) => ({ ...event, service })) }
}

function fromRelease(incoming: Read, call: Call): Translation {
  const read = release.safeParse(incoming.json)
  if (!read.success) return unlike('a release of Sentry’s', read.error)
  const said = read.data
  const full = call.version ?? said.version
  if (!full) return { invalid: 'It names no version.' }
  if (said.status === 'archived') return { ignored: 'A release was archived, which changes nothing here.' }
  const { services, version } = named(full, call, said.projects)
  const occurred_at = readTime(said.dateReleased) ?? readTime(said.dateStarted) ?? incoming.received_at
  const run_key = `release:${version}`
  const event = { type: 'artifact.available', run_key, environment: 'production', occurred_at } as const
  const facts = (service: string) =>
    known({
      ...versionFacts(version),
      ...commitFacts(said, service),
      urls: linked({ changelog: webLink(said.url) }),
    })
  return { events: services.map((service) => ({ ...event, service, facts: facts(service) })) }
}

/** `shop@1.4.2` is 1.4.2 of shop; else the projects that are named, and where none is, the organisation. */
function named(full: string, { organisation, project }: Call, projects: string[] | null | undefined) {
  const [, name, version] = /^(.+)@([^@]+)$/.exec(full) ?? []
  if (name && version) return { services: [name], version }
  const given = [...new Set(projects ?? [])]
  return { services: given.length > 0 ? given : [project ?? organisation], version: full }
}

/** `sentry-cli releases propose-version` takes a commit for a version. */
function versionFacts(version: string): EventFacts {
  return isCommit(version) ? { version: version.slice(0, 7), commit: version } : { version }
}

/** The newest commit, and the one of the release before, of the repository that is called like the service. */
function commitFacts({ refs, commits, ref }: Release, service: string): EventFacts {
  const own = refs?.find(({ repository }) => repository?.split('/').at(-1) === service) ?? refs?.[0]
  return known({
    commit: own?.commit || commits?.[0]?.id || (ref && isCommit(ref) ? ref : undefined),
    previous_commit: own?.previousCommit || undefined,
  })
}

function isCommit(text: string) {
  return /^[0-9a-f]{40}$/i.test(text)
}

function linked(urls: NonNullable<EventFacts['urls']>) {
  const links = known(urls)
  return Object.keys(links).length > 0 ? links : undefined
}
