import { z } from 'zod'
import type { Adapter, Settings, Translation } from '../adapter.ts'
import type { EventFacts, EventType } from '../events.ts'
import { known, membersOf, without } from '../known.ts'
import { placeOf, placesSetting } from '../places.ts'
import { short, unlike } from '../shape.ts'
import { madeBy } from '../signatures.ts'
import { readTime } from '../times.ts'
import { sayWhichSecret } from './steps.ts'

const text = z.string().max(10_000).nullish().catch(null)
const release = z.object({
  resource: z.literal('release'),
  actor: z.object({ email: text }).nullish().catch(null),
  data: z.object({
    id: z.string().min(1).max(100),
    app: z.object({ name: z.string().min(1).max(200) }),
    version: z.number(),
    description: text,
    status: z.string(),
    current: z.boolean().nullish(),
    slug: z.object({ commit: text }).nullish().catch(null),
    user: z.object({ email: text }).nullish().catch(null),
    created_at: z.unknown().optional(),
    updated_at: z.unknown().optional(),
  }),
})
type Release = z.output<typeof release>['data']
const metadata = z.object({
  webhook_metadata: z.object({ delivery: z.object({ id: z.string().min(1).max(200) }) }),
})

const types = new Map<string, EventType>(
  Object.entries({
    pending: 'release.started',
    succeeded: 'release.succeeded',
    failed: 'release.failed',
    expired: 'release.failed',
  }),
)
/** What Heroku calls a release though no code changed. */
const settingsOnly =
  /config var|add-?on|^(set|unset|remove|add|attach|detach|enable|disable|initial|create|destroy|provision|update|upgrade|resize|transfer|rename) /i

/** Releases of Heroku's apps. A change of settings is a release too, and brings no version. */
export const heroku = {
  kind: 'heroku',
  label: 'Heroku',
  hint: 'Deploys, promotions, rollbacks and changes of settings, by an app webhook.',
  group: 'Clouds',
  secret: 'signing',
  pasted: 'may',
  settings: {
    apps: placesSetting(
      'Apps that are not production',
      'With a comma between two, such as “shop-staging = staging, *-review = review”. All others are production.',
      true,
    ),
  },
  neverRefused: true,
  verify({ headers, body }, { secrets }) {
    const signature = headers['heroku-webhook-hmac-sha256']
    if (typeof signature !== 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(signature)) return false
    return madeBy(secrets, body, Buffer.from(signature, 'base64'), 'sha256')
  },
  redact: withoutStreams,
  dedupeKey: ({ json }) => metadata.safeParse(json).data?.webhook_metadata.delivery.id ?? null,
  translate({ json }, settings): Translation {
    const { resource } = membersOf(json)
    if (typeof resource !== 'string') return { invalid: 'This is nothing that Heroku sends.' }
    if (resource !== 'release') return { ignored: `Heroku’s “${short(resource)}” is no release.` }
    const read = release.safeParse(json)
    if (!read.success) return unlike('a release of Heroku’s', read.error)
    return fromRelease(read.data.data, read.data.actor?.email, settings)
  },
  setup: ({ address, secret }) => ({
    steps: [
      'A shell that is logged in to Heroku does it for one app; repeat it for each app.',
      `heroku webhooks:add -a APP -i api:release -l sync -u ${address} -s "${secret ?? '$SECRET'}"`,
      `${sayWhichSecret(secret)}“sync” lets Heroku try again for three days when Shiplog is away.`,
      'The service is the name of the app. What is called like a component’s slug is matched at once; anything else waits in the inbox.',
      'Apps of a pipeline that are not production are named under “Name and settings”, such as “shop-staging = staging”.',
    ],
    test: 'heroku config:set SHIPLOG_TEST=1 -a APP makes a release of settings, which changes no live version. heroku webhooks:deliveries -a APP shows what was answered.',
  }),
} satisfies Adapter

function fromRelease(data: Release, actor: string | null | undefined, { apps }: Settings): Translation {
  const type = types.get(data.status)
  if (!type) return { ignored: `A release that is “${short(data.status)}” changes nothing here.` }
  if (type === 'release.succeeded' && data.current === false) {
    return { ignored: `v${data.version} is not what runs now.` }
  }
  const started_at = readTime(data.created_at) ?? undefined
  const updated_at = readTime(data.updated_at)
  const occurred_at = (type === 'release.started' && started_at) || updated_at
  if (!occurred_at) return { invalid: 'updated_at is not a time.' }
  const environment = placeOf(apps, data.app.name) ?? 'production'
  const name = data.user?.email ?? actor
  const facts = known({
    ...versionFacts(data),
    started_at,
    actor: name ? { name: name.slice(0, 200) } : undefined,
    message: data.description || undefined,
  })
  const { id: run_key, app } = data
  return { events: [{ type, run_key, service: app.name, environment, occurred_at, facts }] }
}

/** A rollback is a new release that holds an older one: what runs then is the older version. */
function versionFacts({ version, description, slug }: Release): EventFacts {
  const said = description ?? ''
  const [, target] = /^rollback to (v\d{1,9})\b/i.exec(said) ?? []
  const kind = target ? 'rollback' : settingsOnly.test(said) ? 'config' : undefined
  return known({ version: target ?? `v${version}`, commit: slug?.commit || undefined, kind })
}

/** Whoever has the address of a release's output may read along. */
function withoutStreams(json: unknown): unknown {
  const said = membersOf(json)
  const cut = ['data', 'previous_data']
    .filter((name) => name in said)
    .map((name) => [name, without(said[name], 'output_stream_url')])
  return cut.length > 0 ? { ...said, ...Object.fromEntries(cut) } : json
}
