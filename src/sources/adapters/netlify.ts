import { z } from 'zod'
import type { Adapter, Incoming, Translation } from '../adapter.ts'
import type { EventFacts, EventType } from '../events.ts'
import { jsonIn, known, membersOf, webLink, without } from '../known.ts'
import { short, unlike } from '../shape.ts'
import { madeBy, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'

const text = z.string().max(2000).nullish().catch(null)
const deploy = z.object({
  id: z.string().min(1).max(100),
  site_id: z.string().min(1).max(100),
  state: text,
  name: text,
  branch: text,
  context: text,
  commit_ref: text,
  commit_url: text,
  deploy_ssl_url: text,
  admin_url: text,
  error_message: text,
  title: text,
  created_at: z.unknown().optional(),
  updated_at: z.unknown().optional(),
  published_at: z.unknown().optional(),
})
type Deploy = z.output<typeof deploy>

const types = new Map<string, EventType>(
  Object.entries({
    deploy_building: 'release.started',
    deploy_created: 'release.succeeded',
    deploy_failed: 'release.failed',
    deploy_restored: 'release.succeeded',
  }),
)

const states = new Map(
  Object.entries({
    building: 'deploy_building',
    ready: 'deploy_created',
    error: 'deploy_failed',
  }),
)

/** Deploys of Netlify's sites. One that is restored is published again, and is a release of its own. */
export const netlify = {
  kind: 'netlify',
  label: 'Netlify',
  hint: 'Deploys of sites, failed and restored ones too, by HTTP POST notifications.',
  group: 'Clouds',
  secret: 'signing',
  pasted: 'may',
  neverRefused: true,
  verify: signedByNetlify,
  // it opens the log of the build
  redact: (json) => without(json, 'log_access_attributes'),
  dedupeKey(incoming) {
    const { data } = deploy.safeParse(incoming.json)
    const { event } = whatOf(incoming)
    if (!data || !event) return null
    const again =
      event === 'deploy_restored' ? ` ${readTime(data.published_at) ?? readTime(data.updated_at)}` : ''
    return `${event} ${data.id}${again}`
  },
  translate(incoming): Translation {
    const { event, type } = whatOf(incoming)
    if (!type) return { ignored: `Netlify’s “${short(event)}” changes nothing here.` }
    const read = deploy.safeParse(incoming.json)
    if (!read.success) return unlike('a deploy of Netlify’s', read.error)
    return fromDeploy(read.data, event, type)
  },
  setup: ({ address, secret }) => ({
    steps: [
      'In Netlify, open the site, then “Deploy notifications” (under Notifications in the site’s configuration).',
      'Add “HTTP POST request” four times, for the events: Deploy started, Deploy succeeded, Deploy failed, and Deploy restored where it is offered.',
      `URL to notify: ${address}`,
      `JWS secret token: ${secret ?? 'the one that was shown when this source was made'}`,
      'The service is the name of the site. What is called like a component’s slug is matched at once; anything else waits in the inbox.',
      'Previews are ignored; a branch deploy is in the environment that is called like its branch.',
    ],
    test: 'In Netlify, “Trigger deploy” sends “started” and then “succeeded”.',
  }),
} satisfies Adapter

/** A JWT of HS256, made with the secret by Netlify over the SHA-256 of this very body. */
function signedByNetlify({ headers, body }: Incoming, { secrets }: { secrets: readonly string[] }): boolean {
  const token = headers['x-webhook-signature']
  if (typeof token !== 'string') return false
  const [, signed = '', head = '', claims = '', signature = ''] =
    /^(([\w-]{1,500})\.([\w-]{1,2000}))\.([\w-]{43})$/.exec(token) ?? []
  if (!signed || !madeBy(secrets, signed, Buffer.from(signature, 'base64url'), 'sha256')) return false
  const said = membersOf(jsonIn(Buffer.from(claims, 'base64url')))
  return (
    membersOf(jsonIn(Buffer.from(head, 'base64url'))).alg === 'HS256' &&
    said.iss === 'netlify' &&
    said.sha256 === sha256(body)
  )
}

/** The event that the header names; old notifications have none, and then the state says it. */
function whatOf({ headers, json }: { headers: Incoming['headers']; json?: unknown }) {
  const header = headers['x-netlify-event']
  const { state } = membersOf(json)
  const named = typeof header === 'string' && header !== '' ? header.slice(0, 100) : null
  const event = named ?? states.get(typeof state === 'string' ? state : '') ?? 'message'
  return { event, type: types.get(event) }
}

function fromDeploy(said: Deploy, event: string, type: EventType): Translation {
  const environment = environmentOf(said)
  if (!environment) return { ignored: 'A preview is nothing that customers have.' }
  const started_at = readTime(said.created_at) ?? undefined
  const published_at = readTime(said.published_at)
  const updated_at = readTime(said.updated_at)
  const restored = event === 'deploy_restored'
  const finished = (type === 'release.succeeded' && published_at) || updated_at
  const occurred_at = type === 'release.started' ? (started_at ?? updated_at) : finished
  if (!occurred_at) return { invalid: 'updated_at is not a time.' }
  // where publishing is locked, a deploy that is ready is not published
  const dark =
    type === 'release.succeeded' && environment === 'production' && !published_at ? true : undefined
  const facts = known({
    ...factsOf(said),
    started_at: restored ? undefined : started_at,
    message: (type === 'release.failed' && said.error_message) || said.title || undefined,
    dark,
  })
  const run_key = restored ? `${said.id}:restored@${occurred_at}` : said.id
  const service = (said.name || said.site_id).slice(0, 200)
  return { events: [{ type, run_key, service, environment, occurred_at, facts }] }
}

function environmentOf({ context, branch }: Deploy): string | null {
  if (context === 'deploy-preview') return null
  return context === 'branch-deploy' ? (branch || 'branch-deploy').slice(0, 200) : context || 'production'
}

function factsOf({ id, commit_ref, branch, deploy_ssl_url, admin_url, commit_url }: Deploy): EventFacts {
  const run = admin_url ? webLink(`${admin_url}/deploys/${id}`) : undefined
  return known({
    version: commit_ref ? commit_ref.slice(0, 7) : id,
    commit: commit_ref?.slice(0, 200) || undefined,
    ref: branch?.slice(0, 500) || undefined,
    urls: known({ run, target: webLink(deploy_ssl_url), commit: webLink(commit_url) }),
    attributes: { deploy: id },
  })
}
