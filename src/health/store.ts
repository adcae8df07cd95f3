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

/** How many calls to others failed for good that were made since a moment. */
export async function failedCallsSince({ db }: Pick<Context, 'db'>, since: string): Promise<number> {
  const { count } = await db
    .selectFrom('outbound_calls')
    .where('failed_at', '>=', since)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** When (ISO 8601) the last line of the journal was written, as the clock of whoever wrote it said. */
export async function newestLine({ db }: Pick<Context, 'db'>): Promise<string | null> {
  const line = await db.selectFrom('journal').select('at').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return line?.at ?? null
}
