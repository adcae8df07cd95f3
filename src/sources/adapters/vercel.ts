import { z } from 'zod'
import type { Adapter, Translation } from '../adapter.ts'
import type { EventFacts, EventType } from '../events.ts'
import { known, membersOf, webLink } from '../known.ts'
import { short, unlike } from '../shape.ts'
import { madeBy } from '../signatures.ts'
import { readTime } from '../times.ts'

const text = z.string().max(2000).nullish().catch(null)
const id = z.string().min(1).max(200)
const envelope = {
  id: id.nullish().catch(null),
  type: z.string(),
  createdAt: z.union([z.number(), z.string()]),
}
const project = z.object({ id, name: text })
const deploymentEvent = z.object({
  ...envelope,
  payload: z.object({
    project,
    target: text,
    user: z.object({ id: text }).nullish().catch(null),
    links: z.object({ deployment: text }).nullish().catch(null),
    deployment: z.object({ id, name: text, url: text, meta: z.unknown().optional() }),
  }),
})
type Payload = z.output<typeof deploymentEvent>['payload']
const rollbackEvent = z.object({
  ...envelope,
  payload: z.object({ project, fromDeploymentId: id.nullish().catch(null), toDeploymentId: id }),
})

const types = new Map<string, EventType>(
  Object.entries({
    created: 'release.started',
    ready: 'release.progress',
    succeeded: 'release.succeeded',
    promoted: 'release.succeeded',
    error: 'release.failed',
    canceled: 'release.cancelled',
  }),
)

const identified = z.object({ id })

/**
 * Deployments of Vercel. In production a deployment that succeeded is there for nobody until it is promoted, which
 * Vercel does by itself unless a rollback holds an older one. A rollback names only ids, so the version is the id.
 */
export const vercel = {
  kind: 'vercel',
  label: 'Vercel',
  hint: 'Deployments, promotions and instant rollbacks, by a webhook of the team.',
  group: 'Clouds',
  secret: 'signing',
  pasted: 'must',
  neverRefused: true,
  verify({ headers, body }, { secrets }) {
    const signature = headers['x-vercel-signature']
    if (typeof signature !== 'string' || !/^[0-9a-f]{40}$/i.test(signature)) return false
    return madeBy(secrets, body, Buffer.from(signature, 'hex'), 'sha1')
  },
  dedupeKey: ({ json }) => identified.safeParse(json).data?.id ?? null,
  translate({ json }): Translation {
    const { type } = membersOf(json)
    if (typeof type !== 'string') return { invalid: 'This is nothing that Vercel sends.' }
    const [, what = ''] = /^deployment\.(.+)$/.exec(type) ?? []
    if (what === 'rollback') return fromRollback(json)
    if (types.has(what)) return fromDeployment(json, what)
    return { ignored: `Vercel’s “${short(type)}” changes nothing here.` }
  },
  setup: ({ address }) => ({
    steps: [
      'In Vercel, open the team’s Settings, then Webhooks (a Pro or Enterprise team has them).',
      'Choose all events of “Deployment”, and the projects.',
      `Endpoint: ${address}`,
      'Press “Create webhook”. Vercel shows the secret once: paste it on this page, under “Secret”. Until then nothing that comes is heard.',
      'The service is the project’s ID, such as prj_Qm…, since a rollback names nothing else. It waits in the inbox: say there which component it is.',
      'A preview is nothing that customers have, and is ignored.',
    ],
    test: 'Redeploy any deployment to production: what is promoted is live here.',
  }),
} satisfies Adapter

function fromDeployment(json: unknown, what: string): Translation {
  const read = deploymentEvent.safeParse(json)
  if (!read.success) return unlike('a deployment of Vercel’s', read.error)
  const { payload, createdAt } = read.data
  const { deployment, target } = payload
  const environment = target || (what === 'promoted' ? 'production' : null)
  if (!environment) return { ignored: 'A preview is nothing that customers have.' }
  const occurred_at = readTime(createdAt)
  if (!occurred_at) return { invalid: 'createdAt is not a time.' }
  const held = environment === 'production' && (what === 'succeeded' || what === 'ready')
  const type = held ? 'release.progress' : (types.get(what) as EventType)
  const dark = held ? true : what === 'promoted' ? false : undefined
  const facts = known({ ...factsOf(payload), dark })
  const event = { type, run_key: deployment.id, service: payload.project.id, environment, occurred_at, facts }
  return { events: [event] }
}

function factsOf({ deployment, links, user }: Payload): EventFacts {
  const meta = membersOf(deployment.meta)
  const first = (name: string) => {
    const said = ['github', 'gitlab', 'bitbucket'].map((forge) => meta[`${forge}Commit${name}`])
    return said.find((value) => typeof value === 'string' && value !== '') as string | undefined
  }
  const name = first('AuthorLogin') ?? first('AuthorName') ?? user?.id
  return known({
    version: deployment.id,
    commit: first('Sha')?.slice(0, 200),
    ref: first('Ref')?.slice(0, 500),
    actor: name ? { name: name.slice(0, 200) } : undefined,
    urls: known({ run: webLink(links?.deployment), target: webLink(`https://${deployment.url}`) }),
    attributes: deployment.name ? { project: deployment.name } : undefined,
  })
}

/** It tells that the rollback was accepted; that it is done is never told, so this is when it counts. */
function fromRollback(json: unknown): Translation {
  const read = rollbackEvent.safeParse(json)
  if (!read.success) return unlike('a rollback of Vercel’s', read.error)
  const { id, createdAt, payload } = read.data
  const occurred_at = readTime(createdAt)
  if (!occurred_at) return { invalid: 'createdAt is not a time.' }
  const { project, fromDeploymentId, toDeploymentId } = payload
  const run_key = `rollback:${id ?? `${toDeploymentId}@${occurred_at}`}`.slice(0, 200)
  const facts = known({
    version: toDeploymentId,
    previous_version: fromDeploymentId ?? undefined,
    kind: 'rollback' as const,
    message: 'Vercel accepted the rollback; it does not tell when it is done.',
  })
  const event = { type: 'release.succeeded', run_key, service: project.id } as const
  return { events: [{ ...event, environment: 'production', occurred_at, facts }] }
}
