import { isSigned, isSigningSecret, newSigningSecret } from '../../outbound/sign.ts'
import type { Adapter, Translation } from '../adapter.ts'
import { type EventType, eventTypes } from '../events.ts'
import { keyIn, membersOf } from '../known.ts'
import { short } from '../shape.ts'
import { readTime } from '../times.ts'
import { fromNative } from './envelope.ts'
import { native } from './native.ts'
import { matchedStep } from './steps.ts'

/** Anything that signs by Standard Webhooks: our native event, or the standard's envelope around it. */
export const standardWebhooks = {
  kind: 'standard_webhooks',
  label: 'Standard Webhooks',
  hint: 'A tool or a script that signs its calls by Standard Webhooks, so that its secret is never sent.',
  group: 'Scripts and standards',
  secret: 'signing',
  pasted: 'may',
  newSecret: newSigningSecret,
  secretFlaw: (secret) =>
    isSigningSecret(whole(secret)) ? undefined : 'A signing secret is “whsec_” and 24 to 64 bytes in base64.',
  verify: (incoming, { secrets }) => isSigned(incoming, secrets.map(whole)),
  dedupeKey: ({ headers }) => keyIn(headers['webhook-id']),
  translate(incoming): Translation {
    const { type, timestamp, data, service } = membersOf(incoming.json)
    if (service !== undefined || typeof data !== 'object' || data === null) return native.translate(incoming)
    if (!isOurs(type))
      return {
        ignored: `Shiplog knows no event of the type “${typeof type === 'string' ? short(type) : '?'}”.`,
      }
    const at = timestamp === undefined ? undefined : readTime(timestamp)
    if (at === null) return { invalid: 'The timestamp is not a time.' }
    return fromNative(incoming, type, data, at)
  },
  setup: ({ address, secret }) => ({
    steps: [
      `Where the tool asks for an endpoint: ${address}`,
      `Its signing secret: ${secret ?? 'the one shown on this page when it was made.'}`,
      'A tool that makes its own: paste that one here, when the source is added or under “Rotate the secret”.',
      'The body is the native event, or {"type": …, "timestamp": …, "data": …} with the native event as its data.',
      'The clock of the sender may be wrong by five minutes at most; the same “webhook-id” counts once.',
      matchedStep,
    ],
    curl: [
      `SECRET='${secret ?? 'whsec_…'}'`,
      `BODY='{"type":"ping"}'`,
      `ID=msg_$(date +%s) AT=$(date +%s)`,
      `KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \\n')`,
      `SIGNATURE=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)`,
      `curl -fsS ${address} \\`,
      `  -H 'Content-Type: application/json' -H "webhook-id: $ID" -H "webhook-timestamp: $AT" \\`,
      `  -H "webhook-signature: v1,$SIGNATURE" -d "$BODY"`,
    ].join('\n'),
  }),
} satisfies Adapter

/** `succeeded` is short for `release.succeeded`, as in the native event. */
function isOurs(type: unknown): type is string {
  return typeof type === 'string' && (/^[a-z_]+$/.test(type) || eventTypes.includes(type as EventType))
}

/** Some tools show the secret without its beginning. */
function whole(secret: string): string {
  return secret.startsWith('whsec_') ? secret : `whsec_${secret}`
}
