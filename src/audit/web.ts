import type { FastifyRequest } from 'fastify'
import { may, operator } from '../accounts/guard.ts'
import { journalActions } from '../journal/journal.ts'
import { newestSeal } from '../journal/seals.ts'
import { readOnly } from '../platform/database.ts'
import { type App, pageOf } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import { callRoutes } from './calls-web.ts'
import { sendJournal } from './export.ts'
import { type JournalQuery, journalFilter, journalQuery, subjectKinds } from './model.ts'
import { addressOf, phraseOf, wordsFor } from './phrases.ts'
import { actorChoices, componentNames, journalLines } from './store.ts'

const address = '/admin/journal'

/** The journal, shown, and the log of calls: `outbound` lies below the guard, so that its pages stand here. */
export async function routes(app: App) {
  await callRoutes(app)
  const config = { policy: operator('viewer') }
  app.get(address, { config, schema: { querystring: journalQuery } }, async (request, reply) =>
    reply.view('/audit/index', await journalPage(request, request.query)),
  )

  const admin = { policy: operator('admin') }
  for (const format of ['csv', 'jsonl'] as const) {
    app.get(
      `${address}.${format}`,
      { config: admin, schema: { querystring: journalFilter } },
      (request, reply) => sendJournal(request, reply, { format, filter: request.query }),
    )
  }
}

async function journalPage(request: FastifyRequest, { cursor, limit, ...asked }: JournalQuery) {
  const { ctx } = request
  const db = readOnly(ctx.db)
  const { time_zone } = await readSite(ctx)
  const page = pageOf(await journalLines(db, { cursor, limit, ...asked }, time_zone), limit)
  const names = await componentNames(db, page.data)
  const lines = page.data.map((row) => {
    const line = { ...row, component_name: names.get(String(row.detail.component_id)) ?? null }
    return { ...line, phrase: phraseOf(line), href: addressOf(line) }
  })
  const filter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  const kept = String(new URLSearchParams(filter as Record<string, string>))
  return {
    title: 'Journal',
    lines,
    filter,
    kept: kept && `?${kept}`,
    newer: cursor ? `${address}?${kept}` : null,
    older: page.next_cursor ? `${address}?${kept && `${kept}&`}cursor=${page.next_cursor}` : null,
    actions: journalActions.map((value) => ({ value, words: wordsFor(value) })),
    kinds: Object.entries(subjectKinds).map(([value, words]) => ({ value, words })),
    actors: await actorChoices(db),
    seal: await newestSeal(ctx),
    may_export: may(request, 'admin'),
  }
}
