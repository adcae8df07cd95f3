import { z } from 'zod'

/** What may be said of a release, in the words of every tool's adapter. */
export const eventTypes = [
  'release.queued',
  'release.waiting',
  'release.started',
  'release.progress',
  'release.succeeded',
  'release.failed',
  'release.cancelled',
  'release.rolled_back',
  'exposure.changed',
  'artifact.available',
] as const
export type EventType = (typeof eventTypes)[number]

export const releaseKinds = ['deploy', 'rollback', 'redeploy', 'config', 'flag'] as const
export type ReleaseKind = (typeof releaseKinds)[number]

const nodeStates = ['ok', 'failed'] as const
export type NodeState = (typeof nodeStates)[number]

/**
 * What a tool may know about a release and when it learns it: every field may be filled in by a later event, and
 * an absent one never overwrites a known value. Times are UTC ISO 8601 texts with milliseconds.
 */
export type EventFacts = {
  version?: string
  commit?: string
  ref?: string
  /** A package URL or digest. */
  artifact?: string
  previous_version?: string
  previous_commit?: string
  kind?: ReleaseKind
  /** How many of the customers have it, 0 to 100. */
  percent?: number
  /** Deployed, but no customer sees it yet. */
  dark?: boolean
  actor?: { name: string; email?: string; automated?: boolean }
  urls?: { run?: string; target?: string; commit?: string; changelog?: string }
  message?: string
  /** Why a release was rolled back or recorded by hand. */
  reason?: string
  /** Counts up when the tool runs the same run again; only then may a finished run reopen. */
  attempt?: number
  started_at?: string
  finished_at?: string
  /** Which of many nodes says this of itself: the release is what they say together. */
  node?: { name: string; state: NodeState }
  /** A rollback walked to see that it can be. */
  drill?: boolean
  /** The readiness object of the native request, kept as it came. */
  rollback?: Record<string, unknown>
  attributes?: Record<string, unknown>
}

/** One normalised fact, taken from a delivery by an adapter, or from an operator's form. */
export type CanonicalEvent = {
  type: EventType
  /** The tool's own name for the run, unique within source and scope; an adapter leaves it empty when the tool has none. */
  run_key: string
  /** What the tool calls the thing that is released; a rule or an equal slug makes it a component. */
  service: string
  environment: string
  /** When the tool says it happened. */
  occurred_at: string
  facts: EventFacts
  /** The tool names only the run here: service and environment are what was told of it first. */
  continues?: true
}

const link = z.url({ protocol: /^https?$/ }).max(2000)
const text = (longest: number) => z.string().trim().min(1).max(longest)

/** Bounds what adapters may pass on; fields that do not fit make the delivery `invalid`, never a crash. */
export const eventFacts = z.object({
  version: text(200).optional(),
  commit: text(200).optional(),
  ref: text(500).optional(),
  artifact: text(1000).optional(),
  previous_version: text(200).optional(),
  previous_commit: text(200).optional(),
  kind: z.enum(releaseKinds).optional(),
  percent: z.number().min(0).max(100).optional(),
  dark: z.boolean().optional(),
  actor: z
    .object({ name: text(200), email: z.string().max(320).optional(), automated: z.boolean().optional() })
    .optional(),
  urls: z
    .object({
      run: link.optional(),
      target: link.optional(),
      commit: link.optional(),
      changelog: link.optional(),
    })
    .optional(),
  message: z.string().max(10_000).optional(),
  reason: z.string().max(10_000).optional(),
  attempt: z.int().min(1).max(1_000_000).optional(),
  started_at: z.iso.datetime().optional(),
  finished_at: z.iso.datetime().optional(),
  node: z.object({ name: text(200), state: z.enum(nodeStates) }).optional(),
  drill: z.boolean().optional(),
  rollback: z.record(z.string(), z.unknown()).optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
}) satisfies z.ZodType<EventFacts>
