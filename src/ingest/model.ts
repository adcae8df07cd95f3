import { z } from 'zod'
import type { Actor } from '../platform/context.ts'
import type { Adapter, Incoming, Read, Translation } from '../sources/adapter.ts'
import { type CanonicalEvent, eventFacts } from '../sources/events.ts'
import { askedHeaders } from './address.ts'

/** Bodies larger than this are refused, unless the sender is known and its adapter takes more. */
export const largestBody = 256 * 1024

/** The same bytes from a tool without keys are one delivery for so long; and for so long raw bodies are kept. */
export const sameBodyHours = 24
export const keepBodiesDays = 30

/** A request whose sender is known for sure, ready to be kept. */
export type Verified = {
  source: { id: string; kind: string; name: string; settings: string }
  adapter: Adapter
  /** The API token's name for the built-in source `api`, else empty. */
  scope: string
  actor: Actor
  incoming: Read
}

const acknowledgedEvent = z.object({
  event: z.string(),
  release: z.string().nullable(),
  state: z.string().nullable(),
  matched: z.boolean(),
})

/** What the sender is told. `release` and `state` are the first event's; `matched` says whether all of them are. */
export const acknowledgement = z.object({
  delivery: z.string(),
  outcome: z.enum(['accepted', 'ignored', 'invalid']),
  reason: z.string().nullable(),
  release: z.string().nullable(),
  state: z.string().nullable(),
  matched: z.boolean(),
  events: z.array(acknowledgedEvent),
  /** What to know besides; nothing was refused for it. */
  warnings: z.array(z.object({ code: z.string(), words: z.string() })),
  duplicate: z.literal(true).optional(),
  ping: z.literal(true).optional(),
  /** It is stored, but in a rush: what it says is read in a moment, so `release`, `state` and `matched` are not known yet. */
  pending: z.literal(true).optional(),
})
export type Acknowledgement = z.output<typeof acknowledgement>

/** What came of reading a delivery again. */
export const reading = acknowledgement.extend({
  reading: z
    .enum(['same', 'more', 'otherwise'])
    .describe(
      'As before; or more than before, which was added; or otherwise than before: then what was kept stays.',
    ),
  added: z.number().describe('Events that are new.'),
  matched_now: z.number().describe('Events that waited and found their component.'),
})
export type Reading = z.output<typeof reading>

const bounds = z.object({
  run_key: z.string().max(200),
  service: z.string().trim().min(1).max(200),
  environment: z.string().trim().min(1).max(255),
  occurred_at: z.iso.datetime(),
  facts: eventFacts,
})

const incidentBounds = z.object({
  type: z.enum(['detected', 'reported', 'resolved']),
  key: z.string().trim().min(1).max(500),
  service: z.string().trim().min(1).max(200).nullable(),
  environment: z.string().trim().min(1).max(255),
  occurred_at: z.iso.datetime(),
  description: z.string().trim().max(10_000).optional(),
  version: z.string().max(200).optional(),
  url: z.string().max(2000).optional(),
})

/** Holds what an adapter says to its bounds: what does not fit makes the delivery invalid, never a crash. */
export function bounded(said: Translation): Translation {
  if ('incident' in said) {
    const read = incidentBounds.safeParse(said.incident)
    return read.success ? { incident: { ...said.incident, ...read.data } } : unfit(read.error)
  }
  if (!('events' in said)) return said
  const events: CanonicalEvent[] = []
  for (const event of said.events) {
    const read = bounds.safeParse(event)
    if (!read.success) return unfit(read.error)
    events.push({ ...event, ...read.data })
  }
  return events.length > 0 ? { events } : { ignored: 'It says nothing about a release.' }
}

function unfit({ issues }: z.ZodError): Translation {
  const where = issues.map((issue) => `${issue.path.join('.')} (${issue.message})`)
  return { invalid: `Some of it does not fit: ${where.slice(0, 3).join(', ')}.` }
}

/** Shorter words stand in any header by chance; a secret that was pasted has as many characters at least. */
const shortestSecret = 8

/**
 * The headers as they are kept, and what was asked: names and values, but nothing that lets somebody in. Proxies repeat
 * the whole address in headers of their own, so the secret that was shown is taken out wherever it stands.
 */
export function redacted(incoming: Incoming): Record<string, string> {
  const { headers, presented } = incoming
  const telling = /authorization|cookie|signature|token|secret|password|api-?key/
  const secret = presented && presented.length >= shortestSecret ? presented : null
  const asked = Object.entries(askedHeaders(incoming)).map(([name, value]) => [name, cutOut(secret, value)])
  const kept = Object.entries(headers).map(([name, value]) => [
    name,
    telling.test(name) ? '[redacted]' : cutOut(secret, String(value)).slice(0, 1000),
  ])
  return Object.fromEntries([...asked, ...kept.slice(0, 60)])
}

function cutOut(secret: string | null, text: string): string {
  if (secret === null) return text
  const cut = text.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]')
  // in an address any letter may be written by its number: then nothing of it is kept
  const read = cut.replace(/%([0-9a-f]{2})/gi, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return read.includes(secret) ? '[redacted]' : cut
}
