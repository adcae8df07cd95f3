/** What columns hold. Ids come from `newId()`. */
export type Id = string
/** UTC ISO 8601 with milliseconds; a nullable `*_at` replaces a boolean. */
export type Time = string
/** JSON text that `store.ts` encodes and decodes. */
export type Json = string

/** What every record has that people edit. */
export type Versioned = { version: number; created_at: Time; updated_at: Time }
