import { z } from 'zod'
import type { Adapter, Read, Settings, Translation } from '../adapter.ts'
import type { CanonicalEvent, EventFacts, EventType } from '../events.ts'
import { known, membersOf, webLink } from '../known.ts'
import { unlike } from '../shape.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'
import { matchedStep } from './steps.ts'

const text = z.string().max(10_000).nullish().catch(null)
const moment = z.union([z.number(), z.string().max(40)]).nullish()
const tags = z
  .union([
    z.array(z.string().max(300)).max(100),
    z
      .string()
      .max(5000)
      .transform((list) => list.split(/[\s,]+/)),
  ])
  .nullish()
const annotation = z.object({ text, time: moment, timeEnd: moment, tags })
const graphite = z.object({ what: z.string().max(1000), tags, when: moment, data: text })

const [made, graphiteMade, changed] = [
  /^\/api\/annotations\/?$/,
  /^\/api\/annotations\/graphite\/?$/,
  /^\/api\/annotations\/(\d{1,16})\/?$/,
]
const words = new Set(['deploy', 'deployment', 'deployed', 'release', 'released', 'rollback'])
const states = new Map<string, EventType>(
  Object.entries({
    started: 'release.started',
    succeeded: 'release.succeeded',
    failed: 'release.failed',
    cancelled: 'release.cancelled',
    rolled_back: 'release.rolled_back',
  }),
)

/**
 * Shiplog in the place of Grafana, for pipelines that mark their deploys with annotations. A mark alone is a release
 * that is done; one that says `state:started` is ended by setting its `timeEnd`.
 */
export const grafana = {
  kind: 'grafana',
  label: 'Grafana annotations',
  hint: 'Pipelines that mark deploys in Grafana mark them here, by the same call.',
  group: 'Programs that speak to others',
  secret: 'bearer',
  settings: {
    service: {
      label: 'Service of annotations that name none',
      hint: 'Without it, an annotation needs a tag such as service:shop.',
      optional: true,
      schema: z.string().max(200),
    },
  },
  serves: (method, path) =>
    (method === 'POST' && (made.test(path) || graphiteMade.test(path))) ||
    (['PATCH', 'PUT'].includes(method) && changed.test(path)) ||
    (method === 'GET' && made.test(path)),
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  dedupeKey: (incoming) =>
    `${incoming.method} ${incoming.path} ${numberOf(incoming)} ${sha256(incoming.body)}`,
  translate(incoming, settings): Translation {
    const { path = '' } = incoming
    if (graphiteMade.test(path)) return fromGraphite(incoming, settings)
    const [, number] = changed.exec(path) ?? []
    const read = annotation.safeParse(incoming.json)
    if (!read.success) return unlike('an annotation', read.error)
    const { text, time, timeEnd, tags } = read.data
    const said = { time, timeEnd, tags: tags ?? [], message: text ?? '' }
    return number ? changedTo(incoming, number, said) : fromMark(incoming, said, settings)
  },
  look: () => ({ status: 200, body: [] }),
  answer(incoming) {
    const { path = '' } = incoming
    const what = graphiteMade.test(path) ? 'Graphite annotation added' : 'Annotation added'
    const [, number] = changed.exec(path) ?? []
    const body = number ? { message: 'Annotation patched' } : { message: what, id: numberOf(incoming) }
    return { status: 200, body }
  },
  setup: ({ address, secret }) => ({
    steps: [
      `Where the pipeline marks its deploys in Grafana, put ${address} for Grafana’s address, and for the token the secret${secret ? '' : ' that was shown when this source was made'}. With Basic, the secret is the password.`,
      'An annotation is a release when it has the tag deploy, deployment, release or rollback, or names its service. All others are ignored.',
      'Name the service, and what else is known, in tags: service:shop, environment:staging, version:1.4.2, commit:1a5f89d. Without an environment it is production.',
      'A deploy that takes a while: post it with the tag state:started, keep the id of the answer, and PATCH its timeEnd when it is done, with the tag state:failed if it failed.',
      matchedStep,
    ],
    curl: [
      `curl -fsS ${address}/api/annotations \\`,
      `  -H "Authorization: Bearer ${secret ?? '$SECRET'}" -H 'Content-Type: application/json' \\`,
      `  -d '{"text":"Deployed 1.4.2","tags":["deploy","service:shop","version:1.4.2"]}'`,
    ].join('\n'),
  }),
} satisfies Adapter

type Mark = {
  time?: z.output<typeof moment>
  timeEnd?: z.output<typeof moment>
  tags: readonly string[]
  message: string
}

/** The number of an annotation, made of what it says; of when it came, where it does not say when it was. */
function numberOf({ path, body, json, received_at }: Read): number {
  const { time, when } = membersOf(json)
  const at = (time ?? when) ? '' : received_at.slice(0, 16)
  return Number.parseInt(sha256(`${path}\n${at}\n${sha256(body)}`).slice(0, 12), 16)
}

function fromGraphite(incoming: Read, settings: Settings): Translation {
  const read = graphite.safeParse(incoming.json)
  if (!read.success) return unlike('an event of Graphite’s', read.error)
  const { what, tags, when, data } = read.data
  const message = [what, data].filter(Boolean).join(': ')
  return fromMark(incoming, { time: when, tags: tags ?? [], message }, settings)
}

function fromMark(incoming: Read, mark: Mark, settings: Settings): Translation {
  const tag = taggedIn(mark.tags)
  const named = tag('service', 'app', 'component')
  if (!named && !mark.tags.some((word) => words.has(word.toLowerCase()))) {
    return { ignored: 'It has no tag that says that it marks a release, such as deploy.' }
  }
  const service = named ?? settings.service
  if (!service) return { ignored: 'It has no tag that names a service, such as service:shop.' }
  const began = mark.time == null ? incoming.received_at : readTime(mark.time)
  const ended = mark.timeEnd ? readTime(mark.timeEnd) : undefined
  if (!began || ended === null) return { invalid: 'Its time is not a time.' }
  const type = states.get(tag('state', 'status') ?? '') ?? 'release.succeeded'
  const facts = { ...factsOf(mark), ...(ended && { started_at: began, finished_at: ended }) }
  const environment = tag('environment', 'env') ?? 'production'
  const event = { type, run_key: `annotation:${numberOf(incoming)}`, service, environment }
  return { events: [{ ...event, occurred_at: ended ?? began, facts }] }
}

/** A change names the number only, so what it is about is what was told first. Its end is the end of the release. */
function changedTo({ received_at }: Read, number: string, mark: Mark): Translation {
  const ended = mark.timeEnd ? readTime(mark.timeEnd) : undefined
  const state = states.get(taggedIn(mark.tags)('state', 'status') ?? '')
  if (ended === null) return { invalid: 'timeEnd is not a time.' }
  const type = state ?? (ended ? 'release.succeeded' : null)
  if (!type) return { ignored: 'It changes neither the end nor the state of the release.' }
  const event: CanonicalEvent = {
    type,
    run_key: `annotation:${Number(number)}`,
    service: 'annotation',
    environment: 'production',
    occurred_at: ended ?? received_at,
    facts: { ...factsOf(mark), ...(ended && type !== 'release.started' && { finished_at: ended }) },
    continues: true,
  }
  return { events: [event] }
}

function factsOf({ tags, message }: Mark): EventFacts {
  const tag = taggedIn(tags)
  const url = webLink(tag('url'))
  return known({
    version: tag('version'),
    commit: tag('commit', 'sha'),
    kind: tags.some((word) => word.toLowerCase() === 'rollback') ? ('rollback' as const) : undefined,
    actor: tag('user', 'actor') ? { name: tag('user', 'actor') ?? '' } : undefined,
    message: message.trim() || undefined,
    urls: url ? { run: url } : undefined,
  })
}

/** What tags say under one of these names, as `name:value` or `name=value`. */
function taggedIn(tags: readonly string[]) {
  return (...names: string[]) => {
    for (const one of tags) {
      const [, name = '', value = ''] = /^([a-z_]+)[:=](.+)$/i.exec(one.trim()) ?? []
      if (names.includes(name.toLowerCase()) && value.trim()) return value.trim().slice(0, 200)
    }
    return undefined
  }
}
