import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { CanonicalEvent } from './events.ts'

/** One request as it came; header names are lower case. Without `method` and `path`, a POST to the address itself. */
export type Incoming = {
  headers: IncomingHttpHeaders
  body: Buffer
  received_at: string
  method?: string
  /** What follows the source's address, decoded by nobody: '' or '/api/0/…'. A secret in it is taken out. */
  path?: string
  query?: Record<string, string>
  /** The secret that the sender shows: as Bearer, as the password of Basic, or in the address. */
  presented?: string | null
}

/** A verified request whose body was read. */
export type Read = Incoming & { json: unknown }

/** What became of the bytes of a body. */
export type Reading = { ok: true; value: unknown; mended?: boolean } | { ok: false; reason: string }

/** What a monitor or a tracker says of trouble. It is for operators: nothing of it is public by itself. */
export type ToldIncident = {
  type: 'detected' | 'reported' | 'resolved'
  /** The tool's own name for the incident, unique within the source. */
  key: string
  /** What the tool calls the thing that is in trouble, as in an event; null when it does not say. */
  service: string | null
  environment: string
  occurred_at: string
  description?: string
  /** The version that runs there, as the tool sees it. */
  version?: string
  url?: string
}

/** What a delivery turned out to say. `fields` names what is wrong where, for a sender who can mend it. */
export type Translation =
  | { events: CanonicalEvent[] }
  | { incident: ToldIncident }
  | { ignored: string }
  | { invalid: string; fields?: Record<string, string> }
  | { ping: true }
  /** The tool asks whether it may send here. A person says yes by a call to this address, which the adapter has checked. */
  | { confirm: { url: string; words: string } }

/** What an operator has to do in the tool; `secret` is null when it can no longer be shown. */
export type Setup = {
  steps: string[]
  /** The address in the tool, where it is more than the source's own: with the secret, or without when that is gone. */
  address?: string
  /** A command to paste into a shell that does what the tool does; left out where no shell can. */
  curl?: string
  /** How to make the tool send a message now, where it can. */
  test?: string
}

/** What an operator says of a source beside its name, by the name that it has in forms, JSON and the store. */
export type Setting = { label: string; hint: string; optional?: true; schema: z.ZodType<string> }
export type Settings = Readonly<Record<string, string>>

/** What a request is verified with. */
export type Credentials = {
  /** The valid secrets, newest first. Signing: as they are; bearer: SHA-256 in hex. */
  secrets: readonly string[]
  settings: Settings
  /** Where the source is posted to, as its page shows it. */
  address: string
  /**
   * The text at a public address (a certificate, a set of keys), fetched by the guarded client and kept for a while;
   * `anew` where what is kept does not do. Refused as unavailable when it cannot be had, so that it is sent again.
   */
  publicText(url: string, anew?: boolean): Promise<string>
}

export const sourceGroups = [
  'Scripts and standards',
  'Forges and builds',
  'Registries',
  'Servers',
  'Kubernetes',
  'Clouds',
  'Programs that speak to others',
] as const

/**
 * What Shiplog knows of one deploy tool. A new tool is a module with one of these, its fixtures beside it and one
 * line in `adapters/index.ts`. Adapters only translate: they store nothing, fetch nothing and hold no state.
 */
export type Adapter = {
  kind: string
  label: string
  /** One line for whoever chooses between the kinds. */
  hint: string
  group: (typeof sourceGroups)[number]
  /** `signing`: the tool signs with it, so it is kept sealed. `bearer`: the tool sends it, so only its hash is kept. */
  secret: 'signing' | 'bearer' | 'none'
  /** The tool makes the secret, so it has to be pasted, at the latest once the tool has the address, or may be. */
  pasted?: 'must' | 'may'
  /** A secret in the form that the tool expects. */
  newSecret?(): string
  /** Why a pasted secret cannot be one of this tool's, in words; none when it can. */
  secretFlaw?(secret: string): string | undefined
  settings?: Readonly<Record<string, Setting>>
  /** The sender is a script of the operator's own: a wrong shape is answered 422 rather than kept as invalid. */
  tellsSender?: true
  /** The tool punishes refusals: once it is verified, even what cannot be read is answered 202, and kept as invalid. */
  neverRefused?: true
  /** Bytes: only where the tool sends more than 256 KiB, and shows its secret beside the body rather than over it. */
  largestBody?: number
  /** Which requests it takes; without it, a POST to the source's address. */
  serves?(method: string, path: string): boolean
  /** Whether one of the secrets made this request. */
  verify(incoming: Incoming, credentials: Credentials): boolean | Promise<boolean>
  /** What the bytes hold; without it, JSON. */
  read?(incoming: Incoming): Reading
  /** What may be stored of the body; without it, all of it. */
  redact?(json: unknown): unknown
  /** The tool's own name for the delivery, the same when it sends it again; null when it has none. */
  dedupeKey(incoming: Read): string | null
  /** Whether the same bytes may be a new fact later on, because they say neither a run nor a time. */
  mayRecur?(incoming: Read): boolean
  translate(incoming: Read, settings: Settings): Translation
  /** It asks by OPTIONS whether it may call, before it does (the web hooks of CloudEvents). */
  asksFirst?: true
  /** What a verified GET is answered, by a tool that asks before it tells. Nothing is stored. */
  look?(incoming: Incoming, settings: Settings): Answer
  /** What the tool expects to hear in place of our own acknowledgement, which stands behind it. */
  answer?(incoming: Read, told: { delivery: string; duplicate?: boolean }): Answer
  setup(at: { address: string; origin: string; secret: string | null; settings: Settings }): Setup
}

export type Answer = { status: number; body: unknown }
