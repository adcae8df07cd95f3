import type { FastifyInstance } from 'fastify'
import { anyone } from './guard.ts'

/** What lets a script on any other page read an answer; only on what is public and the same for everybody. */
export const fromAnywhere = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
}

/** Answers browsers that ask first (CORS preflight) whether a script from elsewhere may read these addresses. */
export function allowFromAnywhere(app: FastifyInstance, ...addresses: string[]) {
  const allowed = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-allow-headers': 'accept, content-type, if-none-match',
    'access-control-max-age': '86400',
    'cache-control': 'public, max-age=86400',
  }
  const config = { policy: anyone }
  for (const url of addresses) {
    app.options(url, { config, schema: { hide: true } }, async (_request, reply) => {
      return reply.code(204).headers(allowed).send()
    })
  }
}
