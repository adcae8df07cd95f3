import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Line, tooMuchWords } from './line.ts'
import { problemJson } from './problem.ts'
import { bareHeaders } from './unreadable.ts'

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Too much at once</title></head><body><p>${tooMuchWords}</p></body></html>`

/**
 * Tells operators and programs to come again while their line is full, without a step of the framework: under a crowd,
 * saying no is most of what there is to do, and readers of ready pages wait for it. False: it takes its usual way.
 */
export function shedOne(line: Line, request: IncomingMessage, response: ServerResponse): boolean {
  if (!line.isFull() || !isOfOperators(request)) return false
  const isPage = request.url?.startsWith('/admin') && !/json|text\/plain/.test(request.headers.accept ?? '')
  const problem = () => problemJson(503, tooMuchWords, { request_id: randomUUID() })
  const body = isPage ? page : JSON.stringify(problem())
  const type = isPage ? 'text/html; charset=utf-8' : 'application/problem+json'
  const own = { 'content-type': type, 'content-length': Buffer.byteLength(body), 'retry-after': '10' }
  response.writeHead(503, { ...bareHeaders, ...own })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}

/** By the address alone: what has no session and no token yet finds the line in its usual way. */
function isOfOperators({ url = '', headers }: IncomingMessage): boolean {
  if (url.startsWith('/admin')) return true
  if (!url.startsWith('/api/v1/') || headers.authorization === undefined) return false
  return !/^\/api\/v1\/events(?:\?|$)/.test(url)
}
