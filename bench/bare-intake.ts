import Sqlite from 'better-sqlite3'
import fastify from 'fastify'
import { z } from 'zod'

/** A bare route that checks an event with zod and stores it durably: what taking a delivery could cost at least. */
const [port = '', file = ''] = process.argv.slice(2)
const store = new Sqlite(file)
store.pragma('journal_mode = WAL')
store.pragma('synchronous = FULL')
store.exec('create table deliveries (id integer primary key, received_at text, body text) strict')
const insert = store.prepare('insert into deliveries (received_at, body) values (?, ?)')
const event = z.object({
  type: z.enum(['release.started', 'release.succeeded']),
  run: z.string(),
  service: z.string(),
  version: z.string(),
  at: z.iso.datetime(),
  message: z.string(),
})
const app = fastify()
app.post('/api/v1/events', (request, reply) => {
  const body = event.parse(request.body)
  insert.run(new Date().toISOString(), JSON.stringify(body))
  return reply.code(202).send({ outcome: 'accepted' })
})
await app.listen({ port: Number(port), host: '127.0.0.1' })
