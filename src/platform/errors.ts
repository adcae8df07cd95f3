import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { ZodError } from 'zod'
import { errorsOf } from './forms.ts'
import { readerOf } from './http.ts'
import { oneLine } from './one-line.ts'
import { problemJson } from './problem.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import { isOfTheStore } from './store-fault.ts'

const statuses = {
  invalid: 422,
  unreadable: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  stale: 409,
  gone: 410,
  'too-large': 413,
  unsupported: 415,
  'too-many': 429,
  'read-only': 503,
  unavailable: 503,
  busy: 503,
} satisfies Record<RefusalCode, number>

/** What anything thrown means to the outside: status, words for a person, further members of the problem JSON. */
type Problem = { status: number; words: string; extra: Record<string, unknown> }

/** Answers everything that was thrown: problem JSON (RFC 9457) for machines, plain text where they read text, a page for people. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const problem = problemOf(error)
  const detail = { err: error, status: problem.status, url: loggedAddress(request) }
  if (error instanceof Refusal && error.code === 'busy') return answerProblem(problem, request, reply) // the line logs a crowd once
  if (problem.status >= 500) request.log.error(detail, problem.words)
  else request.log.info({ ...detail, err: undefined }, problem.words)
  return answerProblem(problem, request, reply)
}

/** What the log says was asked for: no query, and no address that is a secret itself. */
function loggedAddress({ url, routeOptions }: FastifyRequest) {
  const { secret_path } = routeOptions.config as { secret_path?: boolean }
  return secret_path ? routeOptions.url : url.split('?')[0]
}

/** Answers an address that nothing is served at. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply) {
  return answerProblem({ status: 404, words: 'There is nothing at this address.', extra: {} }, request, reply)
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof Refusal)
    return { status: statuses[error.code], words: error.message, extra: error.extra }
  if (error instanceof ZodError) return invalid(errorsOf(error))
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalid(
      Object.fromEntries(
        error.validation.map((issue) => [
          issue.instancePath.slice(1).replaceAll('/', '.') || 'body',
          issue.message ?? 'is not right',
        ]),
      ),
    )
  }
  if (isOfTheStore(error)) {
    const words =
      'Shiplog cannot write to its database right now (the disk may be full or read-only). Please try again.'
    return { status: 503, words, extra: {} }
  }
  if (isOvertaken(error)) {
    const words = 'Somebody else changed the same thing at the same moment. Look, then try again.'
    return { status: 409, words, extra: {} }
  }
  const status = error.statusCode ?? 500
  if (status >= 500)
    return { status: 500, words: 'Something went wrong on our side. It has been logged.', extra: {} }
  return { status, words: plainWords[status] ?? error.message, extra: {} }
}

const plainWords: Record<number, string> = {
  400: 'The request could not be read.',
  413: 'The request is larger than we accept.',
  415: 'We do not read this kind of content.',
}

function invalid(errors: Record<string, string>): Problem {
  const first = Object.entries(errors)[0]
  return { status: 422, words: first ? `${first[0]}: ${first[1]}` : 'That is not right.', extra: { errors } }
}

/** Two at once made the same thing, or one pointed at what the other removed: the store let only the first. */
function isOvertaken({ code }: Error & { code?: unknown }): boolean {
  return /^(SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|FOREIGNKEY)|2350[35])$/.test(String(code))
}

function answerProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply) {
  const { status, words, extra } = problem
  reply.code(status).header('cache-control', 'no-store')
  if (status === 413) reply.header('connection', 'close') // the rest is not read
  if (status === 503 || status === 429) reply.header('retry-after', '10')
  if (wantsPage(request)) {
    const typed = request.method === 'POST' && status < 500
    const address = status === 422 && request.method === 'GET'
    return reply.view('/errors/page', { status, words, address, typed, request_id: request.id })
  }
  if (readerOf(request.originalUrl) === 'text' || asksForText(request))
    return reply.type('text/plain; charset=utf-8').send(`${oneLine(words)}\n`)
  return reply
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemJson(status, words, { request_id: request.id, ...extra }))
}

/** Whether a shell asks, which reads no JSON: `Accept: text/plain` before anything else. */
export function asksForText({ headers }: FastifyRequest): boolean {
  return /^text\/plain\b/i.test(headers.accept ?? '')
}

function wantsPage(request: FastifyRequest): boolean {
  // what cannot be read was led elsewhere, but is answered as whoever asks for it can read
  if (readerOf(request.originalUrl) !== 'people') return false
  return !/json/.test(request.headers.accept ?? '')
}
