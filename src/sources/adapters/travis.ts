import { createPublicKey, createVerify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { Refusal } from '../../platform/refusal.ts'
import { readJson } from '../../platform/strict-text.ts'
import type { Adapter, Credentials, Incoming, Settings, Translation } from '../adapter.ts'
import type { EventType } from '../events.ts'
import { jsonIn, known, membersOf, webLink, without } from '../known.ts'
import { placeOf, placesSetting } from '../places.ts'
import { short, unlike } from '../shape.ts'
import { readTime } from '../times.ts'

const usualApi = 'https://api.travis-ci.com'
const text = z.string().max(10_000).nullish().catch(null)
const build = z.object({
  id: z.union([z.number(), z.string().min(1).max(50)]).transform(String),
  type: text,
  state: text,
  status_message: z.string().max(100),
  started_at: text,
  finished_at: text,
  build_url: text,
  commit: z.string().min(7).max(100),
  branch: text,
  tag: text,
  compare_url: text,
  author_name: text,
  repository: z.object({ name: z.string().min(1).max(100), owner_name: z.string().min(1).max(99) }),
})

const types = new Map<string, EventType>(
  Object.entries({
    pending: 'release.started',
    passed: 'release.succeeded',
    fixed: 'release.succeeded',
    broken: 'release.failed',
    failed: 'release.failed',
    'still failing': 'release.failed',
    errored: 'release.failed',
    canceled: 'release.cancelled',
  }),
)

/** Builds of Travis CI, of the branches and tags that are said to deploy: a build alone is no release. */
export const travis = {
  kind: 'travis',
  label: 'Travis CI',
  hint: 'Builds of the branches and tags that deploy, by the webhook of .travis.yml.',
  group: 'Forges and builds',
  secret: 'none',
  settings: {
    repositories: {
      label: 'Repositories',
      hint: 'Those that report here, with a comma between two, such as “acme/shop, acme/api” or “acme/*”. Travis signs the builds of everybody with one key, so no other repository is heard.',
      schema: z
        .string()
        .max(5000)
        .regex(
          /^\s*[\w.-]+\/[\w.*-]+(\s*,\s*[\w.-]+\/[\w.*-]+)*\s*$/,
          'Write each as owner/repository, with a comma between two.',
        ),
    },
    deploys: placesSetting(
      'Branches and tags that deploy',
      'With a comma between two, such as “main, v*, develop = staging”. After “=” stands the environment; without it, production. All other builds are ignored.',
    ),
    api: {
      label: 'Address of Travis’s API',
      hint: `Only for a Travis of your own; without it, ${usualApi}. Its public key is read from there.`,
      optional: true,
      schema: z.url({ protocol: /^https$/, error: 'An address that begins with https://.' }).max(500),
    },
  },
  async verify(incoming, { settings, publicText }) {
    const signature = signatureOf(incoming)
    const payload = payloadOf(incoming)
    if (!signature || payload === null || !isOfOurs(payload, settings)) return false
    const key = await keyFrom(publicText, settings)
    return createVerify('RSA-SHA1').update(payload).verify(key, signature)
  },
  // what was signed and nothing beside it: the rest of the form is anybody's
  read: (incoming) => readJson(Buffer.from(payloadOf(incoming) ?? incoming.body.toString())),
  // the configuration may hold what was put into it as a secret, and names whom else Travis tells
  redact: (json) => without(json, 'config', 'matrix', 'author_email', 'committer_email'),
  dedupeKey({ json }) {
    const { data } = build.safeParse(json)
    if (!data) return null
    const { id, state, status_message, started_at, finished_at } = data
    // a build that is run again keeps its id
    return [id, state ?? status_message, finished_at ?? started_at ?? ''].join(' ').slice(0, 400)
  },
  translate({ json, received_at }, settings): Translation {
    const read = build.safeParse(json)
    if (!read.success) return unlike('a build of Travis’s', read.error)
    return fromBuild(read.data, received_at, settings)
  },
  setup: ({ address }) => ({
    steps: [
      'A build is a release only for the branches and tags that are named under “Name and settings”.',
      `In .travis.yml, add under notifications: webhooks: urls: ["${address}"], on_success: always, on_failure: always, on_start: always, on_cancel: always.`,
      'There is no secret: Travis signs with a key of its own, which Shiplog reads from Travis’s API. That key is the same for all who build with Travis, so only the repositories that are named under “Name and settings” are heard.',
      'The service is owner/repository. What is called like a component’s slug is matched at once; anything else waits in the inbox.',
      'Travis sends once and never again: a message that is lost leaves the release lost after an hour.',
    ],
    test: '“Restart build” in Travis sends what every build of that branch sends.',
  }),
} satisfies Adapter

/** The form field as Travis signed it: decoded, and byte for byte. */
function payloadOf({ headers, body }: Incoming): string | null {
  if (!/^\s*application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')) return null
  return new URLSearchParams(body.toString('latin1')).get('payload')
}

function signatureOf({ headers }: Incoming): Buffer | null {
  const { signature } = headers
  if (typeof signature !== 'string' || !/^[A-Za-z0-9+/]{100,1400}={0,2}$/.test(signature)) return null
  return Buffer.from(signature, 'base64')
}

/** Whether it is of a repository that may report here: whoever builds anything with Travis has it signed by the same key. */
function isOfOurs(payload: string, { repositories = '' }: Settings): boolean {
  const { name, owner_name } = membersOf(membersOf(jsonIn(payload)).repository)
  if (typeof name !== 'string' || typeof owner_name !== 'string' || owner_name.includes('/')) return false
  return placeOf(repositories.toLowerCase(), `${owner_name}/${name}`.toLowerCase()) !== undefined
}

async function keyFrom(publicText: Credentials['publicText'], { api }: Settings): Promise<KeyObject> {
  const said = await publicText(`${(api || usualApi).replace(/\/+$/, '')}/config`)
  try {
    const key = createPublicKey(JSON.parse(said).config.notifications.webhook.public_key)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {}
  throw new Refusal('unavailable', 'What stands where Travis shows its public key is no key.')
}

function fromBuild(read: z.output<typeof build>, received_at: string, { deploys }: Settings): Translation {
  const { id, branch, tag, commit, status_message, repository } = read
  if (read.type === 'pull_request')
    return { ignored: 'What runs for a pull request brings nothing to customers.' }
  const environment = placeOf(deploys, tag || branch)
  if (!environment) return { ignored: `“${short(tag || branch || '')}” is not one that deploys.` }
  const type = types.get(status_message.toLowerCase())
  if (!type) return { ignored: `A build that is “${short(status_message)}” changes nothing here.` }
  const started_at = readTime(read.started_at) ?? undefined
  const finished_at = type === 'release.started' ? undefined : (readTime(read.finished_at) ?? undefined)
  const facts = known({
    version: tag || commit.slice(0, 7),
    commit,
    ref: branch?.slice(0, 500) || undefined,
    actor: read.author_name ? { name: read.author_name.slice(0, 200) } : undefined,
    message: type === 'release.failed' ? status_message : undefined,
    urls: known({ run: webLink(read.build_url), changelog: webLink(read.compare_url) }),
    started_at,
    finished_at,
  })
  const service = `${repository.owner_name}/${repository.name}`
  const occurred_at = finished_at ?? started_at ?? received_at
  return { events: [{ type, run_key: id, service, environment, occurred_at, facts }] }
}
