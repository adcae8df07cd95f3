import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { newestSeal } from '../journal/seals.ts'
import { readOnly } from '../platform/database.ts'
import { type App, listOf, pageOf } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import { callRoutes } from './calls-api.ts'
import { sendJournal } from './export.ts'
import { journalFilter, journalQuery } from './model.ts'
import { journalLines } from './store.ts'

const Line = z.object({
  id: z.string(),
  at: z.string(),
  actor_kind: z.string(),
  actor_id: z.string().nullable(),
  actor_name: z.string(),
  action: z.string(),
  subject_kind: z.string(),
  subject_id: z.string(),
  detail: z.record(z.string(), z.unknown()),
  seq: z.int().nullable().describe('Its place in the chain of seals; null until it is sealed.'),
  seal: z.string().nullable(),
})
const Seal = z.object({
  newest: z
    .object({
      seq: z.int(),
      seal: z.string(),
      at: z.string().describe('When the newest sealed line was written.'),
    })
    .nullable(),
  waiting: z.int().describe('Lines that are not sealed yet.'),
})
const tags = ['journal']
const config = { policy: token('journal:read') }

/** The journal and the log of calls, for machines. */
export async function routes(app: App) {
  await callRoutes(app)
  const list = { tags, querystring: journalQuery, response: { 200: listOf(Line) } }
  app.get('/api/v1/journal', { config, schema: list }, async ({ ctx, query }) => {
    const { time_zone } = await readSite(ctx)
    return pageOf(await journalLines(readOnly(ctx.db), query, time_zone), query.limit)
  })

  const seal = {
    tags,
    description:
      'How far the journal is sealed. Note the seal elsewhere: `shiplog audit verify --seal` asks for it.',
    response: { 200: Seal },
  }
  app.get('/api/v1/journal/seal', { config, schema: seal }, ({ ctx }) => newestSeal(ctx))

  for (const format of ['csv', 'jsonl'] as const) {
    const description = `All lines that fit, oldest first, as a file: ${format === 'csv' ? 'CSV (RFC 4180)' : 'one JSON object a line'}.`
    const file = { tags, description, querystring: journalFilter }
    app.get(`/api/v1/journal.${format}`, { config, schema: file }, (request, reply) =>
      sendJournal(request, reply, { format, filter: request.query }),
    )
  }
}
