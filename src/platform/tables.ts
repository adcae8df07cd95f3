/**
 * The whole schema on one page, grouped by the slice that owns (alone may write) each table.
 * Ids come from `newId()`; `*_at` are UTC ISO 8601 texts with milliseconds; a nullable `*_at` replaces a boolean;
 * columns typed `Json` hold JSON text that `store.ts` encodes and decodes.
 */
type Id = string
type Time = string
type Json = string

type Versioned = { version: number; created_at: Time; updated_at: Time }

type PlatformTables = {
  /** Answers kept for requests that may be repeated: API calls with `Idempotency-Key`, forms posted twice. */
  idempotency_keys: {
    scope: string
    key: string
    fingerprint: string
    answer: Json | null
    created_at: Time
  }
}

type JournalTables = {
  journal: {
    id: Id
    at: Time
    actor_kind: string
    actor_id: string | null
    actor_name: string
    action: string
    subject_kind: string
    subject_id: string
    detail: Json
  }
}

type AccountsTables = {
  users: Versioned & {
    id: Id
    email: string
    name: string
    role: string
    password_hash: string
    disabled_at: Time | null
  }
  sessions: {
    id: Id
    token_hash: string
    user_id: Id
    created_at: Time
    seen_at: Time
    network: string
    agent: string
  }
  api_tokens: {
    id: Id
    name: string
    token_hash: string
    scopes: Json
    created_by: Id | null
    created_at: Time
    expires_at: Time | null
    used_at: Time | null
    revoked_at: Time | null
  }
  login_failures: { id: Id; account: string; network: string; failed_at: Time }
  /** One row, id `setup`: who holds the link makes the first admin; `completed_at` closes it for ever. */
  setup: { id: string; token_hash: string | null; expires_at: Time | null; completed_at: Time | null }
}

type SiteTables = {
  /** One row, id `site`; `page_id` is what other programs call the page, for ever. */
  site: {
    id: string
    page_id: Id
    name: string
    time_zone: string
    language: string
    /** The host that customers know the page by; null: the address that Shiplog itself is told. */
    domain: string | null
    /** `[{ label, url }]`, in the order of the page. */
    links: Json
    /** `#rrggbb`; null: the house's own. */
    accent: string | null
    public_releases: string
    /** Markdown above and below every public page. */
    header: string
    footer: string
    version: number
    updated_at: Time
  }
  /** One row, id `site`, while there is a logo. */
  site_logo: { id: string; type: string; bytes: Uint8Array; hash: string; updated_at: Time }
}

type ComponentsTables = {
  groups: Versioned & { id: Id; name: string; position: number }
  components: Versioned & {
    id: Id
    slug: string
    name: string
    description: string
    group_id: Id | null
    visibility: string
    position: number
    started_on: string
    archived_at: Time | null
  }
  /** What a component suffered, from when to when; without an incident it was set by hand. Uptime is computed from these. */
  component_impacts: {
    id: Id
    component_id: Id
    status: string
    started_at: Time
    ended_at: Time | null
    incident_id: Id | null
    created_at: Time
  }
}

type SourcesTables = {
  sources: Versioned & {
    id: Id
    kind: string
    name: string
    seen_at: Time | null
    last_error: string | null
    last_error_at: Time | null
    disabled_at: Time | null
  }
  /** Bearer secrets are hashed, signing secrets sealed; an `expires_at` is the end of a rotation's overlap. */
  source_secrets: {
    id: Id
    source_id: Id
    secret_hash: string | null
    sealed_secret: string | null
    created_at: Time
    expires_at: Time | null
  }
  /** What a tool calls `service` is this component. */
  source_rules: { id: Id; source_id: Id; service: string; component_id: Id; created_at: Time }
}

type ReleasesTables = {
  environments: { id: Id; name: string; tier: string; position: number; created_at: Time }
  /** Immutable facts; only the match (component, environment, release) and the dismissal are filled in later. */
  release_events: {
    id: Id
    delivery_id: Id | null
    position: number
    source_id: Id
    scope: string
    type: string
    run_key: string
    service: string
    environment: string
    facts: Json
    occurred_at: Time
    received_at: Time
    effective_at: Time
    skewed_at: Time | null
    component_id: Id | null
    environment_id: Id | null
    release_id: Id | null
    dismissed_at: Time | null
  }
  /** A projection: everything but id, keys and `created_at` can be recomputed from `release_events`. */
  releases: {
    id: Id
    source_id: Id
    scope: string
    run_key: string
    component_id: Id
    environment_id: Id
    version: string | null
    commit: string | null
    ref: string | null
    kind: string
    kind_by: string
    corrected_kind: string | null
    state: string
    outcome: string | null
    percent: number | null
    dark_at: Time | null
    attempt: number
    previous_version: string | null
    drift_version: string | null
    previous_release_id: Id | null
    reverts_release_id: Id | null
    restores_release_id: Id | null
    undone_by_release_id: Id | null
    superseded_by_release_id: Id | null
    started_at: Time | null
    first_exposed_at: Time | null
    live_at: Time | null
    finished_at: Time | null
    undone_at: Time | null
    deadline_at: Time | null
    skewed_at: Time | null
    backfilled_at: Time | null
    last_event_at: Time
    /** Its place in the lane: when everybody had it, else when it ended or was last heard of. */
    lane_at: Time
    actor_name: string | null
    message: string | null
    reason: string | null
    run_url: string | null
    target_url: string | null
    commit_url: string | null
    changelog_url: string | null
    /** The event's `rollback` object, kept as it came. */
    rollback: Json | null
    created_at: Time
    updated_at: Time
  }
}

type IncidentsTables = {
  incidents: Versioned & {
    id: Id
    title: string
    state: string
    /** Given by an operator; null when it is derived from the impacts. */
    impact: string | null
    cause: string
    cause_release_id: Id | null
    remedy: string | null
    remedy_release_id: Id | null
    remedy_reason: string | null
    started_at: Time
    monitoring_at: Time | null
    resolved_at: Time | null
    next_update_at: Time | null
    published_at: Time | null
    deleted_at: Time | null
  }
  incident_updates: Versioned & {
    id: Id
    incident_id: Id
    state: string
    body: string
    display_at: Time
    next_update_at: Time | null
    actor_name: string
    deleted_at: Time | null
  }
  incident_update_components: { update_id: Id; component_id: Id; old_status: string; new_status: string }
}

type IngestTables = {
  deliveries: {
    id: Id
    source_id: Id
    /** The API token's name for the built-in source `api`, else empty: duplicates are looked for within it. */
    scope: string
    dedupe_key: string
    state: string
    reason: string | null
    headers: Json
    content_type: string
    body: Uint8Array | null
    body_hash: string
    received_at: Time
  }
}

export type Tables = PlatformTables &
  JournalTables &
  AccountsTables &
  SiteTables &
  ComponentsTables &
  SourcesTables &
  ReleasesTables &
  IncidentsTables &
  IngestTables

/** Which slice writes which tables; `house.test.ts` holds the code to it. */
export const owners = {
  platform: ['idempotency_keys'],
  journal: ['journal'],
  accounts: ['users', 'sessions', 'api_tokens', 'login_failures', 'setup'],
  site: ['site', 'site_logo'],
  components: ['groups', 'components', 'component_impacts'],
  sources: ['sources', 'source_secrets', 'source_rules'],
  releases: ['environments', 'release_events', 'releases'],
  incidents: ['incidents', 'incident_updates', 'incident_update_components'],
  ingest: ['deliveries'],
} as const satisfies Record<string, readonly (keyof Tables)[]>

type Owned = (typeof owners)[keyof typeof owners][number]
/** Fails to compile when a table has no owner. */
export const everyTableHasAnOwner: Exclude<keyof Tables, Owned> extends never ? true : never = true
