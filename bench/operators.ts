import { brotliCompressSync, constants } from 'node:zlib'
import { hashPassword } from '../src/accounts/passwords.ts'
import { openSession } from '../src/accounts/sessions.ts'
import { insertUser } from '../src/accounts/store.ts'
import type { Context } from '../src/platform/context.ts'
import type { App } from '../src/platform/http.ts'
import { newId } from '../src/platform/ids.ts'
import { buildAnew, keepIndexed } from '../src/search/indexing.ts'
import { deskAddresses, layTheDesk } from './desk.ts'
import { percentile } from './figures.ts'

type Page = { address: string; p95_ms: number; kb: number }

/** How long each operators' page takes, and how many bytes it is as brotli: the slowest and the largest tell. */
export async function measureOperators(app: App, ctx: Context, rounds = 20): Promise<Page[]> {
  await buildAnew(ctx)
  await keepIndexed(ctx, { most: Number.POSITIVE_INFINITY })
  const newest = ctx.db.selectFrom('incidents').select('id').orderBy('id', 'desc').limit(1)
  const { id } = await newest.executeTakeFirstOrThrow()
  const { cookie, actor } = await signedIn(ctx)
  await layTheDesk({ ...ctx, actor }, id)
  const pages: Page[] = []
  for (const address of [...(await addresses(ctx)), ...(await deskAddresses(ctx, id))]) {
    const took: number[] = []
    let bytes = 0
    for (let run = -3; run < rounds; run += 1) {
      const began = performance.now()
      const answer = await app.inject({ url: address, headers: { cookie, accept: 'text/html' } })
      if (answer.statusCode !== 200) throw new Error(`${address} was answered ${answer.statusCode}.`)
      if (run >= 0) took.push(performance.now() - began)
      bytes = brotliCompressSync(answer.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length
    }
    pages.push({ address, p95_ms: percentile(took, 0.95), kb: bytes / 1024 })
  }
  return pages
}

async function signedIn(ctx: Context) {
  const id = newId()
  const at = ctx.now().toISOString()
  const password_hash = await hashPassword('correct horse battery staple')
  await insertUser(ctx, {
    ...{ id, email: `${id}@bench.test`, name: 'Bench', role: 'admin', password_hash },
    ...{ disabled_at: null, shortcuts_off_at: null, version: 1, created_at: at, updated_at: at },
  })
  const actor = { kind: 'user' as const, id, name: 'Bench' }
  const visit = { ip: '127.0.0.1', agent: 'bench', token: null }
  const session = await openSession({ ...ctx, actor }, { id, name: 'Bench' }, visit)
  return { cookie: `shiplog=${session}`, actor }
}

/** Every list, and the newest and an old one of what has a page of its own. */
async function addresses({ db }: Context): Promise<string[]> {
  const component = await db
    .selectFrom('components')
    .select(['id', 'slug'])
    .orderBy('id')
    .executeTakeFirstOrThrow()
  const incidents = await db.selectFrom('incidents').select('id').orderBy('id', 'desc').limit(1).execute()
  const caused = await db
    .selectFrom('incidents')
    .select('id')
    .where('cause', '=', 'release')
    .limit(1)
    .execute()
  const releases = await db.selectFrom('releases').select('id').orderBy('id', 'desc').limit(1).execute()
  const undone = await db
    .selectFrom('releases')
    .select('id')
    .where('state', '=', 'rolled_back')
    .limit(1)
    .execute()
  const under = (path: string, ids: { id: string }[]) => ids.map(({ id }) => `${path}/${id}`)
  const lists = ['incidents', 'releases', 'rollbacks', 'freezes', 'inbox', 'journal', 'components', 'sources']
  return [
    '/admin',
    '/admin/go',
    '/admin/search?q=ship-3 trouble',
    '/admin/search?q=1.4',
    '/admin/search?kind=release&q=ship',
    ...[...lists, 'tokens', 'calls', 'account', 'settings', 'environments'].map((list) => `/admin/${list}`),
    `/admin/releases?component=${component.slug}`,
    '/admin/releases?state=lost',
    '/admin/releases?state=canary',
    '/admin/incidents/new',
    ...under('/admin/incidents', [...incidents, ...caused]),
    ...under('/admin/releases', [...releases, ...undone]),
    '/admin/releases/new',
    `/admin/components/${component.id}`,
    `/admin/components/${component.id}/way-back`,
    `/admin/components/${component.id}/gate`,
  ]
}
