import { randomUUID } from 'node:crypto'
import { type OutgoingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problemJson } from './problem.ts'

/** What carries an answer right now: then another one would be taken for its rest. */
type Carrier = Socket & { _httpMessage?: OutgoingMessage | null }

const problems: Record<string, [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are larger than we accept.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The request is larger than we accept.'],
}

/**
 * Answers what is no HTTP, or comes too slowly, before there is a request that the framework could answer: problem
 * JSON with the headers that everything else has, and the connection ends.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Carrier) {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable && !socket._httpMessage?.headersSent) {
    const [status, detail] = problems[error.code ?? ''] ?? [400, 'The request could not be read.']
    socket.write(problemText(status, detail))
  }
  socket.destroySoon()
}

/** What an answer says that is made without the framework: what all others say, and that nobody keeps it. */
export const bareHeaders = {
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
}

function problemText(status: number, detail: string) {
  const body = JSON.stringify(problemJson(status, detail, { request_id: randomUUID() }))
  const own = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const headers = Object.entries({ ...bareHeaders, ...own }).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers, '', body].join('\r\n')
}
