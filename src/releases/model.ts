/** What a release can be in; `lost` is read from its deadline, `superseded` is a pointer. */
export const releaseStates = [
  'queued',
  'waiting',
  'running',
  'canary',
  'dark',
  'succeeded',
  'failed',
  'cancelled',
  'rolled_back',
] as const
export type ReleaseState = (typeof releaseStates)[number]

export type Outcome = 'succeeded' | 'failed' | 'cancelled'

/** What an environment is for. Only production counts on the public page; `other` is never public. */
export const tiers = ['production', 'staging', 'testing', 'development', 'other'] as const
export type Tier = (typeof tiers)[number]

/** The kinds that put another version live; a changed setting or flag leaves the version as it is. */
export const versionKinds: readonly string[] = ['deploy', 'rollback', 'redeploy']

/** A rollback that was walked to see that it can be: it proves the way back, and nothing had gone wrong. */
export function isDrill({ kind, drill_at }: { kind: string; drill_at: string | null }) {
  return kind === 'rollback' && drill_at !== null
}

type Exposure = { outcome: string | null; percent: number | null; dark_at: string | null }

/** Whether every customer has it, once it has succeeded. */
export function isForEverybody({ percent, dark_at }: Pick<Exposure, 'percent' | 'dark_at'>) {
  return dark_at === null && (percent === null || percent === 100)
}

/** The state of a run that is under way or has succeeded: told by how many customers have it. */
export function exposedState({ outcome, percent, dark_at }: Exposure): ReleaseState {
  if (dark_at !== null || (outcome === 'succeeded' && percent === 0)) return 'dark'
  if (percent !== null && percent > 0 && percent < 100) return 'canary'
  return outcome === 'succeeded' ? 'succeeded' : 'running'
}

/** A run that stopped talking before it said how it ended. A later event brings it back by itself. */
export function isLost({ deadline_at }: { deadline_at: string | null }, now: Date) {
  return deadline_at !== null && deadline_at < now.toISOString()
}

type Named = { version: string | null; commit: string | null }
const shortestCommit = 7

/** Whether two releases are of the same thing: by commit when both sides have one, else by version. */
export function isSameThing(one: Named, other: Named) {
  if (one.commit && other.commit) return isSameCommit(one.commit, other.commit)
  return one.version !== null && one.version === other.version
}

/** A tool may shorten a commit; seven characters are enough to know it by. */
export function isSameCommit(one: string, other: string) {
  const [short, long] = [one.toLowerCase(), other.toLowerCase()].sort((a, b) => a.length - b.length)
  return short === long || ((short?.length ?? 0) >= shortestCommit && long?.startsWith(short ?? ''))
}

type Times = { kind: string; asked_at: string | null; started_at: string | null; live_at: string | null }

/**
 * When going back, or going out, was decided. A rollback that was asked for through Shiplog was decided when it was
 * asked for, however long the tool then let it wait; any other run when it began. Null: nobody said.
 */
export function decidedAt({ kind, asked_at, started_at }: Omit<Times, 'live_at'>) {
  return kind === 'rollback' ? (asked_at ?? started_at) : started_at
}

/**
 * How long it took until everybody had it, in seconds: a release from its start, a rollback from when it was decided.
 * The one duration that may mix two clocks, so a moment that lies after its end makes it unknown: null, as when either
 * end is.
 */
export function secondsTaken({ live_at, ...times }: Times) {
  const from = decidedAt(times)
  if (from === null || live_at === null || live_at < from) return null
  return Math.round((Date.parse(live_at) - Date.parse(from)) / 1000)
}
