import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { requireToken } from '../accounts/tokens.ts'
import { type App, listOf, listQuery } from '../platform/http.ts'
import { kind, kinds, query } from './model.ts'
import { search } from './search.ts'

const Result = z.object({
  id: z.string(),
  kind: z.enum(kinds),
  title: z.string(),
  about: z.string().describe('Where it stands, or who said it.'),
  text: z.string(),
  at: z.string().nullable(),
  path: z.string().describe('Its page for operators.'),
})
const config = { policy: token('incidents:read') }
const querystring = listQuery.extend({
  q: query.describe('Words that must all be there; the last one may be only begun.'),
  kind: kind.optional(),
})
const response = { 200: listOf(Result).extend({ complete: z.boolean() }) }

/** Search for machines: over everything that operators see, so that it takes all three rights to read. */
export async function routes(app: App) {
  const schema = { tags: ['search'], querystring, response }
  app.get('/api/v1/search', { config, schema }, async ({ ctx, headers, query }) => {
    for (const scope of ['releases:read', 'components:read'] as const) {
      await requireToken(ctx, headers.authorization, scope)
    }
    return search(ctx, query)
  })
}
