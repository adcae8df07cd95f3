import type { IncomingHttpHeaders } from 'node:http'
import { mend, readJson } from '../../platform/strict-text.ts'
import type { Incoming, Reading } from '../adapter.ts'
import { jsonIn, membersOf } from '../known.ts'

const names = ['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype'] as const
/** The attributes that Shiplog reads; what is no text is left out. */
export type Attributes = Partial<Record<(typeof names)[number], string>>
/** An event in either mode, taken apart. */
export type CloudEvent = { attributes: Attributes; data: unknown }

/**
 * Reads an event whose attributes stand in headers (binary mode) or around its data (structured mode). A CDEvent that
 * comes alone, as some tools post it, is its own envelope.
 */
export function readCloudEvent({ headers, body }: Pick<Incoming, 'headers' | 'body'>): Reading {
  if (headers['ce-type'] !== undefined || headers['ce-specversion'] !== undefined)
    return readBinary(headers, body)
  const read = readJson(body)
  if (!read.ok) return read
  const event = membersOf(read.value)
  const { context } = event
  if (context !== undefined && event.specversion === undefined) {
    const { id, source, type, timestamp } = membersOf(context)
    return { ...read, value: { attributes: texts({ id, source, type, time: timestamp }), data: event } }
  }
  const { data_base64 } = event
  const value = {
    attributes: texts(event),
    data: typeof data_base64 === 'string' ? jsonIn(Buffer.from(data_base64, 'base64')) : event.data,
  }
  return { ...read, value }
}

function readBinary(headers: IncomingHttpHeaders, body: Buffer): Reading {
  const attributes: Attributes = {}
  for (const name of names) {
    const header = name === 'datacontenttype' ? headers['content-type'] : headers[`ce-${name}`]
    if (typeof header !== 'string') continue
    const text = headerText(header)
    if (text === null) return { ok: false, reason: `The header ce-${name} is not percent-encoded UTF-8.` }
    attributes[name] = text
  }
  if (body.length === 0 || !isJson(attributes.datacontenttype))
    return { ok: true, value: { attributes, data: undefined } }
  const read = readJson(body)
  return read.ok ? { ...read, value: { attributes, data: read.value } } : read
}

/** The value that a header stands for: quotes taken off, then decoded once; null when it decodes to no text. */
function headerText(header: string): string | null {
  const quoted = /^\s*"(.*)"\s*$/s.exec(header)?.[1]
  try {
    return mend(decodeURIComponent(quoted?.replace(/\\(.)/gs, '$1') ?? header.trim()))
  } catch {
    return null
  }
}

function isJson(type: string | undefined): boolean {
  return type === undefined || /^\s*[\w.+-]+\/([\w.-]+\+)?json\b/i.test(type)
}

function texts(event: Record<string, unknown>): Attributes {
  const said = names.flatMap((name) => {
    const value = event[name]
    return typeof value === 'string' && value !== '' ? [[name, value]] : []
  })
  return Object.fromEntries(said)
}
