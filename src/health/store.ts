import type { Context } from '../platform/context.ts'

/** How many calls to others wait, and when (ISO 8601) the oldest of them was made. */
export async function waitingCalls({
  db,
}: Pick<Context, 'db'>): Promise<{ count: number; oldest: string | null }> {
  const { count, oldest } = await db
    .selectFrom('outbound_calls')
    .where('next_attempt_at', 'is not', null)
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('created_at').as('oldest')])
    .executeTakeFirstOrThrow()
  return { count: Number(count), oldest: oldest ?? null }
}
