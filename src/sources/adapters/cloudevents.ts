import type { Adapter, Translation } from '../adapter.ts'
import { membersOf } from '../known.ts'
import { short } from '../shape.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'
import { fromCdEvent, pipelines } from './cdevents.ts'
import { type CloudEvent, readCloudEvent } from './cloudevents-reading.ts'
import { fromNative } from './envelope.ts'
import { matchedStep } from './steps.ts'

const own = 'io.shiplog.'
/** A key of any length is kept as it is up to here, so that a person can find it. */
const longestKey = 200

/** CloudEvents in structured and binary mode, which hold a CDEvent or an event of our own. */
export const cloudevents = {
  kind: 'cloudevents',
  label: 'CloudEvents and CDEvents',
  hint: 'Whatever sends CloudEvents by HTTP: a CDEvent (Tekton, Jenkins, Spinnaker …) or an event of Shiplog’s own.',
  group: 'Scripts and standards',
  secret: 'bearer',
  settings: { pipelines },
  asksFirst: true,
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  read: readCloudEvent,
  dedupeKey({ json }) {
    const { id, source } = eventOf(json).attributes
    if (!id || !source) return null
    const key = `${id} ${source}`
    return key.length <= longestKey ? key : sha256(key)
  },
  translate(incoming, settings): Translation {
    const { attributes, data } = eventOf(incoming.json)
    const missing = (['id', 'source', 'type'] as const).filter((name) => !attributes[name])
    if (missing.length > 0)
      return { invalid: `This is not a CloudEvent: it has no ${missing.join(', no ')}.` }
    const { type = '', time, subject } = attributes
    const at = time === undefined ? incoming.received_at : readTime(time)
    if (!at) return { invalid: 'The time of the event is not a time.' }
    if (type.startsWith('dev.cdevents.')) return fromCdEvent(data, settings, at)
    if (type.startsWith(own)) {
      const said = { ...(subject && { service: subject }), ...membersOf(data) }
      return fromNative(incoming, type.slice(own.length), said, at)
    }
    return { ignored: `Shiplog knows no event of the type “${short(type)}”.` }
  },
  setup: ({ address, secret }) => ({
    steps: [
      `Where the tool asks for a sink, a target or a URL: ${address}`,
      'Where it can set a header: Authorization: Bearer, then the secret shown on this page when it was made. Where it cannot: put ?access_token= and the secret behind the address.',
      'Structured and binary mode are both understood; send one event for each request, not a batch.',
      'CDEvents of the versions 0.4 and 0.5: service deployed, upgraded and rolledback become releases, incident events are logged for operators alone, and runs of the pipelines that you name under “Name and settings” are releases too. One chainId ties a run and the service that it deploys together.',
      'Or send an event of Shiplog’s own: the type is io.shiplog.release.succeeded (or started, failed …), the data is the native event.',
      matchedStep,
    ],
    curl: [
      `curl -fsS ${address} \\`,
      `  -H "Authorization: Bearer ${secret ?? '$SECRET'}" \\`,
      `  -H 'Content-Type: application/cloudevents+json' \\`,
      `  -d '{"specversion":"1.0","id":"1","source":"shell","type":"io.shiplog.ping"}'`,
    ].join('\n'),
  }),
} satisfies Adapter

function eventOf(json: unknown): CloudEvent {
  const { attributes, data } = membersOf(json)
  return { attributes: membersOf(attributes), data }
}
