import { operator } from '../accounts/guard.ts'
import type { Context } from '../platform/context.ts'
import { type App, listQuery } from '../platform/http.ts'
import { type Kind, kind, kinds, kindWords, query } from './model.ts'
import { search } from './search.ts'
import { askedFor } from './tokens.ts'

const address = '/admin/search'
const querystring = listQuery.pick({ cursor: true }).extend({
  q: query.catch(''),
  kind: kind.optional().catch(undefined),
})

/** Search for people: a few of each kind, or all of one. */
export async function routes(app: App) {
  const config = { policy: operator('viewer') }
  app.get(address, { config, schema: { querystring } }, async ({ ctx, query }, reply) => {
    const { q, kind, cursor } = query
    const groups = kind ? [await groupOf(ctx, { q, kind, cursor, limit: 30 })] : await groupsOf(ctx, q)
    const { words, begun } = askedFor(q)
    return reply.view('/search/index', {
      title: 'Search',
      q,
      kind: kind ?? null,
      asked: words.length > 0 || begun !== null,
      complete: groups.every(({ complete }) => complete),
      groups: groups.filter(({ data }) => data.length > 0),
      newer: cursor ? addressOf({ q, kind }) : null,
      older: kind && groups[0]?.next_cursor ? addressOf({ q, kind, cursor: groups[0].next_cursor }) : null,
    })
  })
}

async function groupsOf(ctx: Context, q: string) {
  const groups = []
  for (const kind of kinds) groups.push(await groupOf(ctx, { q, kind, limit: 6 }))
  return groups
}

async function groupOf(
  ctx: Context,
  asked: { q: string; kind: Kind; limit: number; cursor?: string | undefined },
) {
  const { q, kind } = asked
  const found = await search(ctx, asked)
  return { kind, words: kindWords[kind], all: found.next_cursor ? addressOf({ q, kind }) : null, ...found }
}

function addressOf(asked: Record<string, string | undefined>) {
  const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${address}?${new URLSearchParams(given)}`
}
