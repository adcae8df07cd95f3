import { z } from 'zod'
import type { Adapter, Translation } from '../adapter.ts'
import type { CanonicalEvent } from '../events.ts'
import { known, webLink } from '../known.ts'
import { secretAmong, sha256 } from '../signatures.ts'
import { readTime } from '../times.ts'
import { repositoryStep, sayWhichSecret } from './steps.ts'

const text = z.string().max(2000).optional().catch(undefined)
const notice = z.object({
  id: z.string().min(1).max(200),
  timestamp: z.unknown(),
  action: z.string(),
  target: z.object({ mediaType: text, digest: text, repository: z.string().min(1), tag: text, url: text }),
  actor: z.object({ name: text }).optional().catch(undefined),
})
type Notice = z.output<typeof notice>
const envelope = z.object({ events: z.array(z.unknown()).max(1000) })

const manifest = /manifest|image\.index/

/**
 * What an OCI registry (Docker Distribution and its kin) tells of pushes. A tag that points to a manifest is an
 * artifact that exists, and never a release: nobody has it yet. An envelope may hold notices of many repositories.
 */
export const registry = {
  kind: 'registry',
  label: 'OCI registry',
  hint: 'Images that were pushed to a registry of your own (Docker Distribution): which digest a version is.',
  group: 'Registries',
  secret: 'bearer',
  // a refused notice is sent again for ever, and holds up all that come after it
  neverRefused: true,
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  dedupeKey({ json }) {
    const ids = noticesIn(json).map(({ id }) => id)
    if (ids.length < 2) return ids[0] ?? null
    return `notices:${sha256(ids.sort().join('\n'))}`
  },
  translate({ json }): Translation {
    const notices = noticesIn(json)
    if (notices.length === 0) return { invalid: 'This is no envelope of registry notifications.' }
    const events = notices.flatMap((one) => pushed(one) ?? [])
    return events.length > 0 ? { events } : { ignored: why(notices) }
  },
  setup: ({ address, secret }) => ({
    steps: [
      `In the registry’s config.yml, add: notifications: {endpoints: [{name: shiplog, url: "${address}", headers: {Authorization: ["Bearer ${secret ?? 'SECRET'}"]}, timeout: 1s, threshold: 5, backoff: 10s, ignore: {mediatypes: [application/octet-stream], actions: [pull]}}]}`,
      `${sayWhichSecret(secret)}Restart the registry.`,
      'A push makes no release: Shiplog learns which digest a tag is, and shows it with the release of that version.',
      repositoryStep,
    ],
    test: 'Push or retag any image. A registry that may not send tries again for ever, so look at “Last delivery” on this page.',
  }),
} satisfies Adapter

/** Those of an envelope that can be read; one that cannot harms no other. */
function noticesIn(json: unknown): Notice[] {
  const read = envelope.safeParse(json)
  return (read.data?.events ?? []).flatMap((one) => notice.safeParse(one).data ?? [])
}

function pushed({ id, timestamp, action, target, actor }: Notice): CanonicalEvent | null {
  const { mediaType = '', digest, repository: service, tag, url } = target
  const occurred_at = readTime(timestamp)
  if (action !== 'push' || !manifest.test(mediaType) || !tag || !occurred_at) return null
  const name = actor?.name?.trim().slice(0, 200)
  const target_url = webLink(url)
  const facts = known({
    version: tag,
    artifact: digest && `${service}@${digest}`,
    actor: name ? { name } : undefined,
    urls: target_url ? { target: target_url } : undefined,
  })
  return {
    type: 'artifact.available',
    run_key: id,
    service,
    environment: 'production',
    occurred_at,
    facts,
  }
}

function why(notices: Notice[]) {
  const pushes = notices.filter(({ action }) => action === 'push')
  if (pushes.length > 0) return 'A layer, or a manifest without a tag: only a tag is a version.'
  const what = [...new Set(notices.map(({ action }) => action.slice(0, 20)))].slice(0, 3).join(', ')
  return `“${what}” makes no version available; what is live stays as it is.`
}
