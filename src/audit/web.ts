import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import { journalActions } from '../journal/journal.ts'
import { readOnly } from '../platform/database.ts'
import { type App, listQuery, pageOf } from '../platform/http.ts'
import { phraseOf, phrases } from './phrases.ts'
import { journalLines } from './store.ts'

const query = listQuery.extend({
  action: z.string().max(60).optional(),
  subject: z.string().max(60).optional(),
})

/** The journal, shown. */
export async function routes(app: App) {
  const config = { policy: operator('viewer') }
  app.get('/admin/journal', { config, schema: { querystring: query } }, async (request, reply) => {
    const { data, next_cursor } = pageOf(
      await journalLines(readOnly(request.ctx.db), request.query),
      request.query.limit,
    )
    const lines = data.map((line) => ({ ...line, phrase: phraseOf(line) }))
    const filter = { action: request.query.action ?? '', subject: request.query.subject ?? '' }
    return reply.view('/audit/index', {
      title: 'Journal',
      lines,
      next_cursor,
      filter,
      actions: journalActions.map((value) => ({ value, words: phrases[value] })),
    })
  })
}
