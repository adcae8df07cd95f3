import type { IncomingHttpHeaders } from 'node:http'
import type { CanonicalEvent } from './events.ts'

/** One request as it came; header names are lower case. */
export type Incoming = { headers: IncomingHttpHeaders; body: Buffer; received_at: string }

/** A verified request whose body was read as JSON. */
export type Read = Incoming & { json: unknown }

/** What a delivery turned out to say. `fields` names what is wrong where, for a sender who can mend it. */
export type Translation =
  | { events: CanonicalEvent[] }
  | { ignored: string }
  | { invalid: string; fields?: Record<string, string> }
  | { ping: true }

/** What an operator has to do in the tool; `secret` is null when it can no longer be shown. */
export type Setup = { steps: string[]; curl: string }

/**
 * What Shiplog knows of one deploy tool. A new tool is a module with one of these, its fixtures beside it and one
 * line in `adapters/index.ts`. Adapters only translate: they store nothing, fetch nothing and hold no state.
 */
export type Adapter = {
  kind: string
  label: string
  /** One line for whoever chooses between the kinds. */
  hint: string
  /** `signing`: the tool signs with it, so it is kept sealed. `bearer`: the tool sends it, so only its hash is kept. */
  secret: 'signing' | 'bearer'
  /** The sender is a script of the operator's own: a wrong shape is answered 422 rather than kept as invalid. */
  tellsSender?: true
  /** Whether one of the secrets (signing: as they are; bearer: SHA-256 in hex) made this request. */
  verify(incoming: Incoming, secrets: readonly string[]): boolean
  /** The tool's own name for the delivery, the same when it sends it again; null when it has none. */
  dedupeKey(incoming: Incoming): string | null
  /** Whether the same bytes may be a new fact later on, because they say neither a run nor a time. */
  mayRecur?(incoming: Read): boolean
  translate(incoming: Read): Translation
  setup(at: { address: string; origin: string; secret: string | null }): Setup
}
