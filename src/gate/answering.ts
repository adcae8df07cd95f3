import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { asksForText } from '../platform/errors.ts'
import { oneLine } from '../platform/one-line.ts'
import { problemJson } from '../platform/problem.ts'
import type { GateAnswer } from './gate.ts'
import { gateRules, headlineOf, type Reason, reasonLevels } from './model.ts'

const ReasonJson = z.object({
  code: z.enum([...gateRules, 'never_live']),
  level: z
    .enum(reasonLevels)
    .describe('`stop` holds the release; `passed` would have, but for a name or a rollback.'),
  words: z.string(),
  subject_kind: z.enum(['incident', 'freeze', 'release', 'component']).nullable(),
  subject_id: z.string().nullable(),
  url: z.string().nullable().describe('The operators’ page of what it is about.'),
})
export const GateAnswerJson = z.object({
  allowed: z.boolean(),
  words: z.string(),
  reasons: z.array(ReasonJson),
  component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  environment: z.string(),
  kind: z.string(),
  checked_at: z.string(),
})
/** As problem JSON, so that `curl --fail-with-body` fails and prints why. */
export const GateRefusalJson = GateAnswerJson.extend({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  request_id: z.string(),
})

const pages = {
  incident: '/admin/incidents/',
  freeze: '/admin/freezes/',
  release: '/admin/releases/',
  component: '/admin/components/',
}

function addressOf({ subject }: Reason, origin: string): string | null {
  if (!subject) return null
  const [kind, id] = subject
  return `${origin}${pages[kind]}${id}${kind === 'component' ? '/gate' : ''}`
}

function json({ name, reasons, ...answer }: GateAnswer, origin: string): z.output<typeof GateAnswerJson> {
  return {
    ...answer,
    reasons: reasons.map((reason) => {
      const { code, level, words, subject } = reason
      const [subject_kind = null, subject_id = null] = subject ?? []
      return { code, level, words, subject_kind, subject_id, url: addressOf(reason, origin) }
    }),
  }
}

const levelWords = { stop: 'Stopped', warn: 'Warning', passed: 'Passed' }

/** The answer as a shell's log wants it: a sentence a line, what stops first. */
function plain(answer: GateAnswer, origin: string): string {
  const { reasons, name, environment, component } = answer
  const sorted = reasonLevels.flatMap((level) => reasons.filter((reason) => reason.level === level))
  const lines = sorted.map((reason) => {
    const address = addressOf(reason, origin)
    return `${levelWords[reason.level]}: ${reason.words}${address ? ` ${address}` : ''}`
  })
  const headline = headlineOf(reasons, { name, component: component.name, environment })
  return `${[headline, ...lines].map(oneLine).join('\n')}\n`
}

/** 200 when it may go out, else 409: as JSON, or as plain sentences to who asks for `text/plain`. */
export function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  { answer, origin }: { answer: GateAnswer; origin: string },
): never {
  reply.code(answer.allowed ? 200 : 409)
  if (asksForText(request)) {
    return reply.type('text/plain; charset=utf-8').send(plain(answer, origin)) as never
  }
  const told = json(answer, origin)
  if (answer.allowed) return reply.send(told) as never
  return reply
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemJson(409, answer.words, { request_id: request.id, ...told })) as never
}
