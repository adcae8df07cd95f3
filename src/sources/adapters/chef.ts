import { z } from 'zod'
import { readJson } from '../../platform/strict-text.ts'
import type { Adapter, Reading, Translation } from '../adapter.ts'
import type { EventFacts } from '../events.ts'
import { known, membersOf } from '../known.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'

const word = z.string().trim().min(1).max(200)
const maybe = word.optional().catch(undefined)
const count = z.number().int().min(0).optional().catch(undefined)

/** What is kept of a message, which holds the whole node: who, when, what, and how it went. */
const digest = z.object({
  message_type: word,
  id: maybe,
  run_id: maybe,
  status: maybe,
  node_name: maybe,
  start_time: maybe,
  end_time: maybe,
  policy_name: maybe,
  policy_group: maybe,
  policy_revision: maybe,
  chef_environment: maybe,
  total_resource_count: count,
  updated_resource_count: count,
  error_class: maybe,
  /** The versions of its cookbooks, in short. */
  cookbooks: maybe,
})
type Digest = z.output<typeof digest>

/**
 * What Chef tells a data collector: each run of each node. Runs that changed something or failed are one node's part of
 * a release: of a policy to its group, at its revision, or without policies of its cookbooks to its environment.
 */
export const chef = {
  kind: 'chef',
  label: 'Chef',
  hint: 'Runs of nodes by the data collector, folded into one release for each revision: 11 of 12 nodes, 1 failed.',
  group: 'Servers',
  secret: 'bearer',
  largestBody: 8 * 2 ** 20,
  settings: {
    service: {
      label: 'Service without a policy',
      hint: 'What nodes without a policy release. Without it, chef.',
      optional: true,
      schema: word,
    },
  },
  verify: ({ headers }, { secrets }) => secretAmong(secrets, tokenIn(headers['x-data-collector-token'])),
  read: ({ body }) => readDigest(body),
  redact: (json) => json, // what was read is kept, not the bytes
  dedupeKey({ json }) {
    const { message_type, run_id, id } = digest.safeParse(json).data ?? {}
    return message_type && (run_id ?? id) ? `${run_id ?? id}/${message_type}` : null
  },
  translate({ json }, { service = 'chef' }): Translation {
    const { data } = digest.safeParse(json)
    if (!data) return { invalid: 'This is not a message for a data collector.' }
    const { message_type, node_name, status } = data
    if (message_type !== 'run_converge') return { ignored: `“${message_type}” is not the end of a run.` }
    if (!node_name || !status) return { invalid: 'A run_converge without node_name or status.' }
    if (status === 'success' && data.updated_resource_count === 0) {
      return { ignored: `${node_name} is unchanged: nothing was released to it.` }
    }
    return released(data, { service, node_name })
  },
  setup: ({ address, secret }) => ({
    steps: [
      `On each node, in /etc/chef/client.rb: data_collector.server_url "${address}" and data_collector.token "${secret ?? 'SECRET'}"`,
      ...(secret ? [] : ['SECRET is the one that was shown when this source was made.']),
      'To send less, and to wait three seconds at most, take the handler of integrations/chef instead, which comes with Shiplog.',
      'A policy is the service, its group the environment and its revision the version. Nodes without a policy count by their cookbooks, as the service that is named on this page.',
      'Nodes that changed and nodes that failed are counted; unchanged ones make no release.',
    ],
    curl: [
      `curl -fsS ${address} \\`,
      `  -H "x-data-collector-token: ${secret ?? '$SECRET'}" -H 'Content-Type: application/json' \\`,
      `  -d '{"message_type":"run_start","id":"try","node_name":"web1"}'`,
    ].join('\n'),
    test: 'Run chef-client on one node. A Shiplog that does not answer never fails a run, unless data_collector.raise_on_failure is set.',
  }),
} satisfies Adapter

function tokenIn(header: string | string[] | undefined) {
  return typeof header === 'string' ? header : null
}

function readDigest(body: Buffer): Reading {
  const read = readJson(body)
  if (!read.ok) return read
  const said = membersOf(read.value)
  const { error, cookbooks, node, ...rest } = said
  const automatic = membersOf(membersOf(node).automatic)
  const digested = digest.safeParse({
    policy_revision: automatic.policy_revision,
    chef_environment: membersOf(node).chef_environment,
    ...rest,
    error_class: membersOf(error).class,
    cookbooks: cookbooks && sha256(versionsIn(cookbooks)).slice(0, 12),
  })
  return { ok: true, value: digested.data ?? null }
}

/** Each with its version, in one order whatever the order they came in. */
function versionsIn(cookbooks: unknown): string {
  const named = Object.entries(membersOf(cookbooks)).flatMap(([name, of]) => {
    const { version } = membersOf(of)
    return typeof version === 'string' ? [`${name} ${version}`] : []
  })
  return named.sort().join('\n')
}

function released(data: Digest, { service, node_name }: { service: string; node_name: string }): Translation {
  const { policy_name, policy_group, policy_revision, chef_environment, cookbooks } = data
  const [started_at, finished_at] = [readTime(data.start_time), readTime(data.end_time)]
  const occurred_at = finished_at ?? started_at
  if (!occurred_at) return { invalid: 'end_time is not a time.' }
  const what = policy_revision ?? cookbooks
  const where = policy_group ?? (chef_environment === '_default' ? undefined : chef_environment)
  const failed = data.status !== 'success'
  const facts: EventFacts = known({
    version: what?.slice(0, 12),
    node: { name: node_name, state: failed ? ('failed' as const) : ('ok' as const) },
    started_at: started_at ?? undefined,
    message: failed && data.error_class ? data.error_class : undefined,
  })
  const environment = where ?? 'production'
  const event = {
    type: failed ? 'release.failed' : 'release.succeeded',
    run_key: `${policy_name ?? service}:${environment}@${what ?? 'unknown'}`.slice(0, 200),
    service: policy_name ?? service,
    environment,
    occurred_at,
    facts,
  } as const
  return { events: [event] }
}
