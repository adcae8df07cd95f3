import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { readOnly } from '../platform/database.ts'
import { type App, listOf, pageOf } from '../platform/http.ts'
import { callRoutes } from './calls-api.ts'
import { journalQuery } from './model.ts'
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
})
/** The journal and the log of calls, for machines. */
export async function routes(app: App) {
  await callRoutes(app)
  const schema = { tags: ['journal'], querystring: journalQuery, response: { 200: listOf(Line) } }
  app.get('/api/v1/journal', { config: { policy: token('journal:read') }, schema }, async (request) =>
    pageOf(await journalLines(readOnly(request.ctx.db), request.query), request.query.limit),
  )
}
