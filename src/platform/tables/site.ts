import type { Id, Json, Time } from './words.ts'

export type SiteTables = {
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
    /** Whether customers read how many of them have a release: `shown` or `hidden`. */
    public_percent: string
    /** Markdown above and below every public page. */
    header: string
    footer: string
    version: number
    updated_at: Time
  }
  /** One row, id `site`, while there is a logo. */
  site_logo: { id: string; type: string; bytes: Uint8Array; hash: string; updated_at: Time }
}
