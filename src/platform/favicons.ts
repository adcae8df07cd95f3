import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const folder = join(import.meta.dirname, '../../public/favicon')
const day = 'public, max-age=86400'

/** A picture of each state, by shape and by colour, at addresses that stay: pages, badges and readers point at them. */
export const favicons: ReadonlyMap<string, string> = new Map(
  readdirSync(folder).map((name) => [`/favicon/${name}`, readFileSync(join(folder, name), 'utf8')]),
)

/** Serves them; who asks for the favicon of old is sent to the mark. */
export function serveFavicons(app: FastifyInstance, mark: string, config: object) {
  app.get<{ Params: { name: string } }>('/favicon/:name', { config }, (request, reply) => {
    const svg = favicons.get(`/favicon/${request.params.name}`)
    if (svg === undefined) return reply.callNotFound()
    return reply.header('cache-control', day).type('image/svg+xml').send(svg)
  })
  app.get('/favicon.ico', { config }, (_request, reply) => reply.header('cache-control', day).redirect(mark))
}
