import { z } from 'zod'
import type { Adapter, Incoming, Translation } from '../adapter.ts'
import type { CanonicalEvent, EventFacts } from '../events.ts'
import { jsonIn, known, membersOf, webLink } from '../known.ts'
import { short } from '../shape.ts'
import { secretAmong } from '../signatures.ts'
import { readTime } from '../times.ts'

const text = z.string().trim().min(1).optional().catch(undefined)
const message = z.object({
  name: z.string(),
  namespace: z.string(),
  phase: z.string(),
  checksum: text,
  metadata: z
    .object({
      eventMessage: text,
      eventType: text,
      timestamp: text,
      component: text,
      environment: text,
      version: text,
      commit: text,
      url: text,
    })
    .default({}),
})
type Message = z.output<typeof message>
type Said = Pick<CanonicalEvent, 'type'> & { percent?: number; unnamed?: true }

/** Flagger’s canaries. The text of a message says more than its phase, which still is the one before. */
export const flagger = {
  kind: 'flagger',
  label: 'Flagger',
  hint: 'Canaries on Kubernetes: how many customers have a version, and when it was rolled back by itself.',
  group: 'Kubernetes',
  secret: 'bearer',
  verify: (incoming, { secrets }) =>
    secretAmong(secrets, incoming.presented) || secretAmong(secrets, tokenIn(incoming)),
  redact(json) {
    const { metadata, ...rest } = Object(json)
    if (typeof metadata !== 'object' || metadata === null) return json
    const { token, ...kept } = metadata
    return { ...rest, metadata: kept }
  },
  // it names no message; a retry sends the same bytes, which hold the time to the millisecond
  dedupeKey: () => null,
  mayRecur: ({ json }) => message.safeParse(json).data?.metadata.timestamp === undefined,
  translate({ json, received_at }): Translation {
    const read = message.safeParse(json)
    if (!read.success)
      return { invalid: 'This is not a message of Flagger’s: name, namespace or phase is missing.' }
    if (isQuestion(read.data)) return { ignored: 'This is no webhook of type event, so Flagger was told no.' }
    const said = saidBy(read.data)
    if (!said) return { ignored: `“${short(read.data.phase)}” changes nothing for customers.` }
    return { events: [eventOf(read.data, said, received_at)] }
  },
  answer({ json }, told) {
    const read = message.safeParse(json)
    if (!read.success || !isQuestion(read.data)) return { status: told.duplicate ? 200 : 202, body: told }
    return { status: 409, body: { error: 'Shiplog decides nothing here. Give this webhook “type: event”.' } }
  },
  setup: ({ address, secret }) => ({
    steps: [
      'Open the Canary of each thing that Flagger releases, and add one webhook under spec.analysis.webhooks.',
      `Its type is event, and its url is ${address}`,
      `Under its metadata, token is the secret: ${secret ?? 'the one shown on this page when it was made'}.`,
      'Also under metadata, component is what Shiplog calls it, and environment is where it runs; without them they are the names of the Canary and of its namespace.',
      'Also under metadata, version, where your pipeline can write it; without it Flagger’s checksum stands in its place.',
      'Use the address for no other type of webhook: those ask whether to go on or to roll back, and Shiplog tells them no.',
      'All that it can be told stands in integrations/flagger/README.md, which comes with Shiplog.',
    ],
    curl: [
      `curl -fsS ${address} -H 'Content-Type: application/json' \\`,
      `  -d '{"name":"shop","namespace":"production","phase":"Initialized","metadata":{"token":"${secret ?? '$SECRET'}"}}'`,
    ].join('\n'),
  }),
} satisfies Adapter

/** Flagger cannot set headers, so its secret may stand in the message. */
function tokenIn({ body }: Incoming): string | null {
  const { token } = membersOf(membersOf(jsonIn(body)).metadata)
  return typeof token === 'string' ? token : null
}

/** Hooks that ask whether to go on, to promote or to roll back look the same, and act on any friendly answer. */
function isQuestion({ phase, metadata }: Message): boolean {
  return metadata.eventMessage === undefined && ['Progressing', 'Waiting', 'WaitingPromotion'].includes(phase)
}

function saidBy({ phase, metadata }: Message): Said | null {
  const { eventMessage = '', eventType } = metadata
  if (/^Promotion completed/i.test(eventMessage)) return { type: 'release.succeeded', percent: 100 }
  if (/^Canary failed/i.test(eventMessage)) return { type: 'release.rolled_back' }
  // told before Flagger has taken the new revision's checksum for its own
  if (/^New revision detected/i.test(eventMessage)) return { type: 'release.started', unnamed: true }
  if (phase === 'Progressing') return progress(eventMessage)
  if (phase === 'Waiting') return { type: 'release.waiting', unnamed: true }
  if (phase === 'WaitingPromotion') return { type: 'release.waiting' }
  if (phase === 'Promoting' || phase === 'Finalising') return { type: 'release.progress' }
  // long after the end Flagger still complains of pods, in the same phase
  if (eventMessage !== '' && eventType !== 'Normal') return null
  if (phase === 'Succeeded') return { type: 'release.succeeded', percent: 100 }
  return phase === 'Failed' ? { type: 'release.rolled_back' } : null
}

function progress(words: string): Said {
  if (/^Starting canary analysis/i.test(words)) return { type: 'release.started' }
  const weight = Number(/^Advance \S+ canary weight (\d{1,3})$/i.exec(words)?.[1] ?? Number.NaN)
  return { type: 'release.progress', ...(weight <= 100 && { percent: weight }) }
}

/**
 * Without a run key: the checksum comes again when an earlier spec is deployed again, and that way back has to be a
 * release of its own. So a run is the open one of that version.
 */
function eventOf(told: Message, { type, percent, unnamed }: Said, received_at: string): CanonicalEvent {
  const { component, environment, eventMessage, timestamp, url, commit } = told.metadata
  const version = told.metadata.version ?? (unnamed ? undefined : told.checksum)
  const links = known({ run: webLink(url) })
  const facts: EventFacts = known({
    version,
    commit,
    percent,
    message: eventMessage?.slice(0, 10_000),
    urls: Object.keys(links).length > 0 ? links : undefined,
  })
  return {
    type,
    run_key: '',
    service: component ?? told.name,
    environment: environment ?? told.namespace,
    occurred_at: readTime(timestamp) ?? received_at,
    facts,
  }
}
