import { operator } from '../accounts/guard.ts'
import { journalActions } from '../journal/journal.ts'
import { readOnly } from '../platform/database.ts'
import { type App, pageOf } from '../platform/http.ts'
import { callRoutes } from './calls-web.ts'
import { journalQuery } from './model.ts'
import { addressOf, phraseOf, wordsFor } from './phrases.ts'
import { componentNames, journalLines } from './store.ts'

/** The journal, shown, and the log of calls: `outbound` lies below the guard, so that its pages stand here. */
export async function routes(app: App) {
  await callRoutes(app)
  const config = { policy: operator('viewer') }
  app.get('/admin/journal', { config, schema: { querystring: journalQuery } }, async (request, reply) => {
    const db = readOnly(request.ctx.db)
    const page = pageOf(await journalLines(db, request.query), request.query.limit)
    const names = await componentNames(db, page.data)
    const lines = page.data.map((row) => {
      const line = { ...row, component_name: names.get(String(row.detail.component_id)) ?? null }
      return { ...line, phrase: phraseOf(line), href: addressOf(line) }
    })
    const filter = { action: request.query.action ?? '', subject_id: request.query.subject_id ?? '' }
    return reply.view('/audit/index', {
      title: 'Journal',
      lines,
      next_cursor: page.next_cursor,
      filter,
      actions: journalActions.map((value) => ({ value, words: wordsFor(value) })),
    })
  })
}
