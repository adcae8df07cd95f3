import { z } from 'zod'
import type { Adapter, Translation } from '../adapter.ts'
import { type EventFacts, eventTypes, releaseKinds } from '../events.ts'
import { keyIn, known, webLink } from '../known.ts'
import { secretAmong } from '../signatures.ts'
import { readTime } from '../times.ts'
import { matchedStep } from './steps.ts'

/** Shell scripts and YAML templates write `""` or `null` where they know nothing: both mean "not said". */
const said = (value: unknown) => (value === null || value === '' ? undefined : value)
const asNumber = (value: unknown) =>
  typeof value === 'string' && /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : said(value)
const asFlag = (value: unknown) => (value === 'true' ? true : value === 'false' ? false : said(value))
const asText = (value: unknown) => (typeof value === 'number' ? String(value) : said(value))

const name = (longest: number) => z.preprocess(asText, z.string().trim().min(1).max(longest).optional())
const flag = z.preprocess(asFlag, z.boolean().optional())
const prose = z.preprocess(said, z.string().optional()).transform((text) => text?.slice(0, 10_000))
const link = z.unknown().transform(webLink).optional()
const time = z.preprocess(said, z.unknown()).transform((value, ctx) => {
  const moment = value === undefined ? undefined : readTime(value)
  if (moment === null) ctx.addIssue('Not a time: use RFC 3339 with a zone, or seconds since 1970.')
  return moment ?? undefined
})
const object = (largest: number) =>
  z.preprocess(
    said,
    z
      .record(z.string(), z.unknown())
      .refine((value) => JSON.stringify(value).length <= largest, `Larger than ${largest} characters.`)
      .optional(),
  )
const actor = z.preprocess(
  (value) => (typeof value === 'string' && value !== '' ? { name: value } : said(value)),
  z.object({ name: z.string().trim().min(1).max(200), email: name(320), automated: flag }).optional(),
)
const type = z.preprocess(
  (value) =>
    typeof value === 'string' && /^[a-z_]+$/.test(value) && value !== 'ping' ? `release.${value}` : value,
  z.enum([...eventTypes, 'ping'], `One of ${eventTypes.join(', ')}, ping.`),
)

/** The body of `POST /api/v1/events`. Unknown fields are ignored; links that are not http(s) are dropped. */
export const nativeEvent = z.object({
  type,
  service: name(200),
  run: name(200),
  at: time,
  environment: name(200),
  version: name(200),
  commit: name(200),
  ref: name(500),
  artifact: name(1000),
  previous_version: name(200),
  previous_commit: name(200),
  kind: z.preprocess(said, z.enum(releaseKinds).optional()),
  percent: z.preprocess(asNumber, z.number().min(0).max(100).optional()),
  dark: flag,
  actor,
  message: prose,
  reason: prose,
  attempt: z.preprocess(asNumber, z.int().min(1).max(1_000_000).optional()),
  started_at: time,
  finished_at: time,
  url: link,
  urls: z.object({ run: link, target: link, commit: link, changelog: link }).optional().catch(undefined),
  node: name(200),
  drill: flag,
  rollback: object(10_000),
  attributes: object(4_000),
})

/** Shiplog's own format: what `curl`, our recipes and other people's templates send. */
export const native = {
  kind: 'native',
  label: 'Scripts and other tools',
  hint: 'One curl in a deploy script, or any tool with a body template of its own.',
  group: 'Scripts and standards',
  secret: 'bearer',
  tellsSender: true,
  verify: ({ presented }, { secrets }) => secretAmong(secrets, presented),
  dedupeKey: ({ headers }) => keyIn(headers['idempotency-key']) ?? keyIn(headers['webhook-id']),
  mayRecur({ json }) {
    const body = nativeEvent.safeParse(json).data
    return body !== undefined && body.run === undefined && body.at === undefined
  },
  translate({ json, received_at }): Translation {
    const read = nativeEvent.safeParse(json)
    if (!read.success) return wrong(fieldsOf(read.error))
    const { type, service, run = '', at = received_at, environment = 'production' } = read.data
    if (type === 'ping') return { ping: true }
    if (!service) return wrong({ service: 'Say which service it is about.' })
    const event = { type, run_key: run, service, environment, occurred_at: at }
    return { events: [{ ...event, facts: factsOf(read.data) }] }
  },
  setup: ({ origin, secret }) => ({
    address: `${origin}/api/v1/events`,
    steps: [
      'Keep the secret where your deploy script can read it, for instance as SHIPLOG_TOKEN.',
      'There are kits in integrations/: shiplog-report wraps any shell command; others are for Capistrano, Kamal, Docker Compose, GitHub Actions, GitLab CI and more.',
      'Post one event when a release starts and one when it has succeeded or failed; the same “run” ties them together.',
      matchedStep,
    ],
    curl: [
      `curl -fsS ${origin}/api/v1/events`,
      `  -H "Authorization: Bearer ${secret ?? '$SHIPLOG_TOKEN'}"`,
      `  -H 'Content-Type: application/json'`,
      `  -d '{"type":"release.succeeded","run":"1","service":"shop","version":"1.4.3"}'`,
    ].join(' \\\n'),
  }),
} satisfies Adapter

function factsOf(body: z.output<typeof nativeEvent>): EventFacts {
  const { type, service, run, at, environment, url, urls, node, ...facts } = body
  const links = known({ ...urls, run: urls?.run ?? url })
  return known({
    ...facts,
    urls: Object.keys(links).length > 0 ? links : undefined,
    node: node === undefined ? undefined : nodeAs(node, type),
  })
}

/** Only with its end does a node say whether it has it. */
function nodeAs(name: string, type: string): EventFacts['node'] {
  if (type === 'release.succeeded') return { name, state: 'ok' }
  return type === 'release.failed' ? { name, state: 'failed' } : undefined
}

function wrong(fields: Record<string, string>): Translation {
  return { invalid: 'The event has the wrong shape.', fields }
}

function fieldsOf(error: z.ZodError) {
  const fields: Record<string, string> = {}
  for (const issue of error.issues) fields[issue.path.join('.') || 'body'] ??= issue.message
  return fields
}
