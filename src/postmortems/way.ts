import type { WholeIncident } from '../incidents/whole.ts'

type Incident = {
  cause: string
  remedy: string | null
  remedy_reason: string | null
  rollback: Pick<
    NonNullable<WholeIncident['rollback']>,
    'state' | 'to_version' | 'asked_at' | 'rolled_back_at' | 'took_seconds'
  > | null
}

export type Way = NonNullable<ReturnType<typeof wayOf>>

/**
 * Whether a rollback was possible and why not, and how long it took beside the release. `shut` is why there was no way
 * back, as its readiness says (null: there may have been one, or nobody may tell). Null where no release caused it.
 */
export function wayOf(incident: Incident, release_took_seconds: number | null, shut: string | null) {
  const { cause, remedy, remedy_reason, rollback } = incident
  if (cause !== 'release') return null
  const forward = remedy === 'rolled_forward' ? remedy_reason : null
  const reason = rollback || remedy === 'rolled_back' ? null : (forward ?? shut)
  const isPossible = rollback || remedy === 'rolled_back' ? true : reason === null ? null : false
  return {
    /** Null: nobody tried, and nothing speaks against it. */
    possible: isPossible,
    reason,
    to_version: rollback?.to_version ?? null,
    asked_at: rollback?.asked_at ?? null,
    done_at: rollback?.rolled_back_at ?? null,
    took_seconds: rollback?.took_seconds ?? null,
    release_took_seconds,
  }
}
