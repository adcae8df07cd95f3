import type { FastifyRequest } from 'fastify'
import { Refusal } from '../platform/refusal.ts'
import { largestBody } from './model.ts'
import { hookSender, incomingOf, rootSender, tooLarge } from './receive.ts'

type Payload = AsyncIterable<Buffer> & { iterator(how: { destroyOnReturn: boolean }): AsyncIterable<Buffer> }

/**
 * The bytes of a request, read no further than its sender may send. Some tools send much more than others: for them
 * the limit is their adapter's, but only once the sender has shown a secret, which is looked at before the rest is read.
 */
export async function wholeBody(request: FastifyRequest, payload: unknown): Promise<Buffer> {
  const limit = limitFor(request)
  await limit.allow(Number(request.headers['content-length'] ?? 0))
  const parts: Buffer[] = []
  let bytes = 0
  // not destroyed, else whoever sends too much reads no answer
  for await (const part of unbroken(payload as Payload)) {
    bytes += part.length
    await limit.allow(bytes)
    parts.push(part)
  }
  return Buffer.concat(parts, bytes)
}

async function* unbroken(payload: Payload) {
  try {
    yield* payload.iterator({ destroyOnReturn: false })
  } catch {
    throw new Refusal('unreadable', 'The request ended before its body did.')
  }
}

/** Asks who sends only when somebody wants to send more than everybody may. */
function limitFor(request: FastifyRequest) {
  let most = largestBody
  let asked = false
  return {
    async allow(bytes: number) {
      if (bytes > most && !asked) {
        asked = true
        most = await mostFrom(request)
      }
      if (bytes > most) throw tooLarge()
    },
  }
}

async function mostFrom(request: FastifyRequest): Promise<number> {
  const { source } = request.params as { source?: string }
  const incoming = incomingOf(request)
  if (source === undefined && !incoming.path) return largestBody
  try {
    const asking = source
      ? hookSender(request.ctx, source, incoming, { body: 'unread' })
      : rootSender(request.ctx, incoming, 'unread')
    const { adapter } = await asking
    return adapter.largestBody ?? largestBody
  } catch (error) {
    if (error instanceof Refusal) return largestBody
    throw error
  }
}
