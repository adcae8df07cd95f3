import type { Answer } from './client.ts'

type Sent = { headers: Record<string, string>; tail: string; secret: string | null }

const telling = /auth|token|secret|key|cookie/i
/** Shorter words stand in any answer by chance. */
const shortest = 6

/** The answer without the secrets that were sent: some tools say back what they were sent, to whoever reads the log. */
export function hushed(answer: Answer, sent: Sent): Answer {
  const { body_excerpt } = answer
  if (!body_excerpt) return answer
  let kept = body_excerpt
  for (const word of secretsIn(sent)) kept = kept.replaceAll(word, '[redacted]')
  return { ...answer, body_excerpt: kept }
}

function secretsIn({ headers, tail, secret }: Sent): string[] {
  const said = Object.entries(headers).filter(([name]) => telling.test(name))
  const words = [
    ...said.flatMap(([, value]) => [value, ...value.split(/\s+/).slice(1)]),
    ...said.flatMap(([, value]) => decoded(value)),
    ...new URLSearchParams(tail).values(),
    ...tail.split(/[&=]/),
    ...(secret === null ? [] : [secret]),
  ]
  return [...new Set(words)]
    .filter(({ length }) => length >= shortest)
    .sort((one, other) => other.length - one.length)
}

/** The user and password of `Basic …`. */
function decoded(value: string): string[] {
  const [, basic] = /^Basic\s+(\S+)$/i.exec(value) ?? []
  if (!basic) return []
  const whole = Buffer.from(basic, 'base64').toString('utf8')
  return [whole, whole.slice(whole.indexOf(':') + 1)]
}
