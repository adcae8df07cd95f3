import { z } from 'zod'
import type { Adapter, Translation } from '../adapter.ts'
import type { EventFacts } from '../events.ts'
import { known } from '../known.ts'
import { readPuppetReport } from '../puppet-report.ts'
import { unlike } from '../shape.ts'
import { secretAmong } from '../signatures.ts'
import { readTime } from '../times.ts'

const word = z.union([z.string().trim().min(1).max(200), z.number().transform(String)])
const metric = z.object({ values: z.array(z.tuple([z.string(), z.string(), z.number()])) })
const report = z.object({
  host: z.string().trim().min(1).max(200),
  time: z.union([z.string(), z.number()]),
  configuration_version: word,
  transaction_uuid: word,
  status: z.string().max(60),
  environment: word.optional().catch(undefined),
  noop: z.boolean().optional().catch(undefined),
  code_id: word.nullish().catch(undefined),
  metrics: z.object({ resources: metric, time: metric }).partial().optional().catch(undefined),
})
type Report = z.output<typeof report>

/**
 * Puppet's reports, one of each node every half an hour. Those that changed something or failed are one node's part of
 * a release: of what stands in the environment, at the version of its code. Nothing is kept but who, when and how it went.
 */
export const puppet = {
  kind: 'puppet',
  label: 'Puppet',
  hint: 'Reports of nodes, folded into one release for each version of the code: 11 of 12 nodes, 1 failed.',
  group: 'Servers',
  secret: 'bearer',
  largestBody: 8 * 2 ** 20,
  settings: {
    service: {
      label: 'Service',
      hint: 'What your Puppet code releases, such as servers. Without it, puppet.',
      optional: true,
      schema: z.string().trim().min(1).max(200),
    },
  },
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  read: ({ body }) => readPuppetReport(body),
  redact: (json) => json, // what was read is kept, not the bytes
  dedupeKey: ({ json }) => report.safeParse(json).data?.transaction_uuid ?? null,
  translate({ json }, { service = 'puppet' }): Translation {
    const { data, error } = report.safeParse(json)
    if (!data) return unlike('a Puppet report', error)
    const { host, status, noop, environment = 'production', configuration_version } = data
    if (noop) return { ignored: `${host} only tried it (noop).` }
    if (status !== 'changed' && status !== 'failed') {
      return { ignored: `${host} is ${status}: nothing was released to it.` }
    }
    const started_at = readTime(data.time)
    if (!started_at) return { invalid: 'time is not a time.' }
    const occurred_at = new Date(Date.parse(started_at) + 1000 * secondsOf(data)).toISOString()
    const type = status === 'failed' ? 'release.failed' : 'release.succeeded'
    const run_key = `${environment}@${data.code_id ?? configuration_version}`.slice(0, 200)
    return {
      events: [{ type, run_key, service, environment, occurred_at, facts: factsOf(data, started_at) }],
    }
  },
  setup: ({ address, secret }) => ({
    steps: [
      `Where reports are made (on the Puppet server, or on each node), set in puppet.conf: reports = store,http and reporturl = ${withSecret(address, secret)}`,
      'Puppet waits for an answer. On a Puppet server, set connect-timeout-milliseconds: 3000 and idle-timeout-milliseconds: 3000 under http-client in puppetserver.conf (longer where PuppetDB needs it: they count for all that the server calls). Where nodes run puppet apply, set http_connect_timeout = 3s and http_read_timeout = 3s under [user] in puppet.conf.',
      'Let the environment say its version: in environment.conf, config_version = a script that prints the commit, such as git -C $codedir/environments/$environment rev-parse HEAD. Otherwise Puppet counts seconds, and each node is a release of its own.',
      'If Shiplog’s certificate is not from Puppet’s own authority, set report_include_system_store = true.',
      'These lines stand ready to copy in integrations/puppet, which comes with Shiplog.',
      'Changed and failed nodes are counted. Unchanged nodes and noop runs make no release.',
    ],
    test: 'Run puppet agent --test on one node. Puppet sends once, and logs what it was answered.',
  }),
} satisfies Adapter

function withSecret(address: string, secret: string | null) {
  return address.replace('://', `://shiplog:${secret ?? 'SECRET'}@`)
}

function factsOf(data: Report, started_at: string): EventFacts {
  const { host: name, status, configuration_version, code_id, metrics } = data
  const version = String(code_id ?? configuration_version)
  // a count of seconds looks like a commit too
  const isCommit = /^[0-9a-f]{7,64}$/i.test(version) && /[a-f]/i.test(version)
  const failed = countOf(metrics?.resources, 'failed')
  return known({
    version: isCommit ? version.slice(0, 10) : version,
    commit: isCommit ? version : undefined,
    node: { name, state: status === 'failed' ? ('failed' as const) : ('ok' as const) },
    started_at,
    message: failed ? `${failed} of ${countOf(metrics?.resources, 'total')} resources failed.` : undefined,
  })
}

function secondsOf({ metrics }: Report) {
  return countOf(metrics?.time, 'total') ?? 0
}

function countOf(of: z.output<typeof metric> | undefined, name: string): number | undefined {
  const [, , count] = of?.values.find(([one]) => one === name) ?? []
  return count !== undefined && count >= 0 && count < 1e6 ? count : undefined
}
