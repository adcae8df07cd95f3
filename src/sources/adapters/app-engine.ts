import { z } from 'zod'
import type { Adapter, Settings, Translation } from '../adapter.ts'
import type { CanonicalEvent } from '../events.ts'
import { jsonIn } from '../known.ts'
import { readTime } from '../times.ts'
import { pushed, pushedByGoogle, pushSettings, pushSteps } from './google-push.ts'

const shares = z.record(z.string().max(100), z.number().min(0).max(1))
const entry = z.object({
  timestamp: z.string(),
  operation: z.object({
    id: z.string().min(1).max(200),
    first: z.boolean().optional(),
    last: z.boolean().optional(),
  }),
  protoPayload: z.object({
    methodName: z.string(),
    resourceName: z.string(),
    status: z.object({ code: z.number().optional(), message: z.string().optional() }).optional(),
    authenticationInfo: z.object({ principalEmail: z.string().optional() }).optional(),
    serviceData: z
      .object({
        updateService: z.object({
          request: z.object({ service: z.object({ split: z.object({ allocations: shares }) }) }),
        }),
      })
      .optional()
      .catch(undefined),
  }),
})
type Entry = z.output<typeof entry>
type Place = { service: string; environment: string }

/** Versions and traffic of App Engine, from its audit log, by a push subscription of Pub/Sub. */
export const appEngine = {
  kind: 'app_engine',
  label: 'Google App Engine',
  hint: 'New versions and who gets them, from the audit log, by Pub/Sub.',
  group: 'Clouds',
  secret: 'none',
  settings: {
    ...pushSettings,
    environment: {
      label: 'Environment',
      hint: 'Where this project runs; without it, production.',
      optional: true,
      schema: z.string().max(100),
    },
  },
  neverRefused: true,
  verify: pushedByGoogle,
  dedupeKey: ({ json }) => pushed(json)?.messageId ?? null,
  translate({ json }, settings): Translation {
    const message = pushed(json)
    if (!message) return { invalid: 'This is not a push of Pub/Sub’s, or it was unwrapped.' }
    const read = entry.safeParse(jsonIn(Buffer.from(message.data ?? '', 'base64')))
    if (!read.success) return { ignored: 'It is no entry of App Engine’s audit log.' }
    return fromEntry(read.data, settings)
  },
  setup: ({ address }) => ({
    steps: [
      ...pushSteps(
        'app-engine.sh',
        'a topic, a sink of the log that sends CreateVersion and UpdateService there',
        address,
      ),
      'The service is PROJECT/SERVICE, the version is App Engine’s own. A version without traffic is dark: nobody sees it yet. Of the very first version of a service App Engine tells no traffic.',
    ],
    test: 'gcloud pubsub topics publish app-engine-releases --message=test sends one, which is kept as ignored within seconds.',
  }),
} satisfies Adapter

function fromEntry(said: Entry, settings: Settings): Translation {
  const { methodName, resourceName } = said.protoPayload
  const [, app, service, version] =
    /^apps\/([^/]+)\/services\/([^/]+)(?:\/versions\/([^/]+))?$/.exec(resourceName) ?? []
  const occurred_at = readTime(said.timestamp)
  if (!app || !service || !occurred_at) return { ignored: 'It says nothing of a service.' }
  const place = { service: `${app}/${service}`, environment: settings.environment || 'production' }
  if (methodName.endsWith('.Versions.CreateVersion') && version)
    return created(said, place, version, occurred_at)
  if (methodName.endsWith('.Services.UpdateService')) return split(said, place, occurred_at)
  return { ignored: `“${methodName.slice(0, 100)}” changes nothing here.` }
}

/** A version that was made has no traffic yet: what gets it is told by the next entry. */
function created(
  { operation, protoPayload }: Entry,
  place: Place,
  version: string,
  occurred_at: string,
): Translation {
  const { status } = protoPayload
  const event = { run_key: operation.id, ...place, occurred_at }
  const facts = { version, ...actorOf(protoPayload) }
  if (status?.code) {
    const why = status.message?.slice(0, 10_000)
    return {
      events: [{ type: 'release.failed', ...event, facts: { ...facts, ...(why && { message: why }) } }],
    }
  }
  if (operation.last)
    return { events: [{ type: 'release.succeeded', ...event, facts: { ...facts, dark: true } }] }
  return { events: [{ type: 'release.started', ...event, facts }] }
}

/** The request stands in an operation’s first entry only. */
function split({ protoPayload }: Entry, place: Place, occurred_at: string): Translation {
  const { status, serviceData } = protoPayload
  const all = Object.entries(serviceData?.updateService.request.service.split.allocations ?? {})
  const had = all.filter(([, share]) => share > 0)
  if (status?.code || had.length === 0) return { ignored: 'It does not say who gets which version.' }
  const [version, share] = newest(had) ?? []
  if (!version || share === undefined) {
    return { ignored: 'Traffic is split between versions whose names do not say which is the newer one.' }
  }
  const facts = { version, percent: share * 100, dark: false, ...actorOf(protoPayload) }
  return { events: [{ type: 'exposure.changed', run_key: '', ...place, occurred_at, facts }] }
}

/** The only one; else the last by name, where all are named by the moment of their making, as gcloud does. */
function newest(had: [string, number][]): [string, number] | undefined {
  const areMoments = had.every(([version]) => /^\d{8}t\d{6}$/.test(version))
  if (had.length > 1 && !areMoments) return undefined
  return had.toSorted(([one], [other]) => (one < other ? -1 : 1)).at(-1)
}

function actorOf({ authenticationInfo }: Entry['protoPayload']): Pick<CanonicalEvent['facts'], 'actor'> {
  const email = authenticationInfo?.principalEmail?.slice(0, 200)
  if (!email) return {}
  return { actor: { name: email, email, ...(email.endsWith('.gserviceaccount.com') && { automated: true }) } }
}
