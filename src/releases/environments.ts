import { record } from '../journal/journal.ts'
import { firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import { inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Tables } from '../platform/tables.ts'
import { environmentName } from '../sources/environment-name.ts'
import type { Tier } from './model.ts'

type Environment = Tables['environments']

export function listEnvironments({ db }: Context): Promise<Environment[]> {
  return db.selectFrom('environments').selectAll().orderBy('position').orderBy('name').execute()
}

/** In whatever spelling it is said; undefined when nothing was ever released there. */
export function environmentByName(ctx: Context, said: string): Promise<Environment | undefined> {
  return byName(ctx, environmentName(said))
}

const byName = firstCompiledOnce((db, name: string) =>
  db.selectFrom('environments').selectAll().where('name', '=', name),
)

/** The environment a tool names. One never heard of is of tier `other`, which no page shows to customers. */
export async function ensureEnvironment(ctx: Context, said: string): Promise<Environment> {
  const known = await environmentByName(ctx, said)
  if (known) return known
  const { last } = await ctx.db
    .selectFrom('environments')
    .select(({ fn }) => fn.max('position').as('last'))
    .executeTakeFirstOrThrow()
  const name = environmentName(said)
  const added = { id: newId(), name, tier: 'other', position: (last ?? 0) + 1, created_at: nowText(ctx) }
  const made = await ctx.db
    .insertInto('environments')
    .values(added)
    .onConflict((on) => on.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) return (await environmentByName(ctx, said)) ?? added // another node was first
  await record(ctx, { action: 'environment.added', subject: ['environment', added.id], detail: { name } })
  return added
}

/** Says what an environment is for; of tier production, its releases are public from then on. */
export function changeTier(ctx: Context, said: string, tier: Tier): Promise<Environment> {
  return inTransaction(ctx, async (ctx) => {
    const found = await environmentByName(ctx, said)
    if (!found) throw new Refusal('not-found', 'There is no such environment.')
    if (found.tier === tier) return found
    await ctx.db.updateTable('environments').set({ tier }).where('id', '=', found.id).execute()
    await record(ctx, {
      action: 'environment.tier_changed',
      subject: ['environment', found.id],
      detail: { name: found.name, from: found.tier, to: tier },
    })
    return { ...found, tier }
  })
}
