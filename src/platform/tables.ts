import type { AccountsTables } from './tables/accounts.ts'
import type { ComponentsTables } from './tables/components.ts'
import type { GateTables } from './tables/gate.ts'
import type { IncidentDeskTables } from './tables/incident-desk.ts'
import type { IncidentsTables } from './tables/incidents.ts'
import type { IngestTables } from './tables/ingest.ts'
import type { JournalTables } from './tables/journal.ts'
import type { MaintenanceTables } from './tables/maintenance.ts'
import type { OutboundTables } from './tables/outbound.ts'
import type { PlatformTables } from './tables/platform.ts'
import type { PostmortemsTables } from './tables/postmortems.ts'
import type { ReleasesTables } from './tables/releases.ts'
import type { RollbacksTables } from './tables/rollbacks.ts'
import type { SearchTables } from './tables/search.ts'
import type { SiteTables } from './tables/site.ts'
import type { SourcesTables } from './tables/sources.ts'

/**
 * The whole schema, one file for each slice that owns (alone may write) its tables. What the columns' types mean
 * stands in `tables/words.ts`.
 */
export type Tables = PlatformTables &
  JournalTables &
  OutboundTables &
  AccountsTables &
  SiteTables &
  ComponentsTables &
  SourcesTables &
  ReleasesTables &
  IncidentsTables &
  IncidentDeskTables &
  RollbacksTables &
  PostmortemsTables &
  GateTables &
  MaintenanceTables &
  IngestTables &
  SearchTables

/** Which slice writes which tables; `house.test.ts` holds the code to it. */
export const owners = {
  platform: ['idempotency_keys', 'duties', 'store_facts'],
  journal: ['journal', 'journal_head'],
  outbound: ['outbound_calls', 'outbound_attempts', 'outbound_pause'],
  accounts: [
    'users',
    'sessions',
    'api_tokens',
    'login_failures',
    'setup',
    'invitations',
    'authenticators',
    'recovery_codes',
  ],
  site: ['site', 'site_logo'],
  components: ['groups', 'components', 'component_impacts'],
  sources: ['sources', 'source_secrets', 'source_rules'],
  releases: ['environments', 'release_events', 'releases'],
  incidents: [
    'incidents',
    'incident_updates',
    'incident_update_components',
    'incident_notes',
    'incident_templates',
    'incident_update_revisions',
    'incident_drafts',
    'incident_undos',
    'incident_presence',
  ],
  rollbacks: ['rollback_plans', 'rollback_receivers', 'readiness', 'artifact_checks', 'rollback_requests'],
  postmortems: ['postmortems', 'action_items'],
  gate: ['freeze_windows', 'freeze_window_components', 'freeze_series', 'freeze_undos', 'gate_rules'],
  maintenance: [
    'maintenances',
    'maintenance_series',
    'maintenance_components',
    'maintenance_updates',
    'maintenance_reminders',
    'maintenance_undos',
  ],
  ingest: ['deliveries', 'unread_deliveries'],
  search: ['search_documents', 'search_state'],
} as const satisfies Record<string, readonly (keyof Tables)[]>

type Owned = (typeof owners)[keyof typeof owners][number]
/** Fails to compile when a table has no owner. */
export const everyTableHasAnOwner: Exclude<keyof Tables, Owned> extends never ? true : never = true
