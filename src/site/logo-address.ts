import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { anyone } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Logo, readLogo } from './store.ts'

const params = z.object({ file: z.string().max(100) })

/** A picture that is opened by itself runs nothing, loads nothing and belongs to no origin. */
const inert = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/**
 * Serves the logo at the address of its content, for ever. A page that a cache kept from before asks for one that is
 * no more and gets that of now, for a minute. While the store cannot be read, it is answered from memory.
 */
export function serveLogo(app: App) {
  let last: Logo
  const present = async ({ ctx }: FastifyRequest) => {
    try {
      last = await readLogo(ctx)
    } catch (err) {
      ctx.log.warn({ err }, 'the logo is answered as it was')
    }
    return last
  }
  const config = { policy: anyone, storeless: true }
  app.get('/logo/:file', { config, schema: { params, hide: true } }, async (request, reply) => {
    const logo = await present(request)
    if (!logo) throw new Refusal('not-found', 'There is nothing at this address.')
    const exact = request.params.file.startsWith(`${logo.hash}.`)
    return reply
      .header('cache-control', exact ? 'public, max-age=31536000, immutable' : 'public, max-age=60')
      .header('content-security-policy', inert)
      .header('x-content-type-options', 'nosniff')
      .type(logo.type)
      .send(Buffer.from(logo.bytes))
  })
}
