import { readFileSync } from 'node:fs'
import fastify from 'fastify'

/** A bare route that returns a constant buffer: what a page that nobody has to make could cost at least. */
const [port = '', file = '', type = ''] = process.argv.slice(2)
const body = readFileSync(file)
const app = fastify()
app.get('/', (_request, reply) => reply.type(type).send(body))
await app.listen({ port: Number(port), host: '127.0.0.1' })
