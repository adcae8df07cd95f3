import type { Context } from './context.ts'
import { unchanging } from './locks.ts'

/** A duty, and the number that was given out when this node took it. Each taking gets a higher one. */
export type Fence = { duty: string; number: number }

/** Thrown when a node writes for a duty that another node has taken meanwhile: it was paused, or cut off. */
export class DutyLost extends Error {
  constructor({ duty, number }: Fence) {
    super(`This node’s turn ${number} at “${duty}” is over: another node has taken it.`)
    this.name = 'DutyLost'
  }
}

/** The number that was given out last; 0 before the first. Inside a transaction nobody takes the duty until its end. */
export async function newestFence({ db }: Pick<Context, 'db'>, duty: string): Promise<number> {
  const row = await db
    .selectFrom('duties')
    .select('fence')
    .where('name', '=', duty)
    .$call(unchanging(db))
    .executeTakeFirst()
  return row?.fence ?? 0
}

/** Gives out the next number, and notes who has it; whoever writes under an older one is refused from then on. */
export async function nextFence({ db }: Pick<Context, 'db'>, duty: string, holder: string, taken_at: string) {
  const { fence } = await db
    .insertInto('duties')
    .values({ name: duty, fence: 1, holder, taken_at })
    .onConflict((on) =>
      on.column('name').doUpdateSet((row) => ({
        fence: row('duties.fence', '+', 1),
        holder: row.ref('excluded.holder'),
        taken_at: row.ref('excluded.taken_at'),
      })),
    )
    .returning('fence')
    .executeTakeFirstOrThrow()
  return fence
}
