import { hostname } from 'node:os'
import type pg from 'pg'
import type { Context } from './context.ts'
import { type Fence, nextFence } from './fence.ts'
import { cut } from './postgres.ts'
import type { SessionPart } from './session.ts'

/** Who does what only one node may do: this one, or another. */
export type Duty = {
  /** The number of this node's turn; null while another node has the duty. */
  fence(): Fence | null
  /** Whether the duty is this node's now. */
  mine(): boolean
  /** Calls back each time that this node takes the duty. */
  onTaken(work: () => void): void
}

/** The duty of a node that is alone on its store, as on SQLite: always its own, and nobody could take it away. */
export const soleDuty: Duty = { fence: () => null, mine: () => true, onTaken: () => {} }

/** The advisory lock of whoever has the duty: "ship" in ASCII. */
const lock = 0x73686970

/**
 * The duty that nodes on one PostgreSQL share, by an advisory lock on their sessions: who dies, falls silent or leaves
 * loses it, and another has it within seconds. Each turn has a number in the store, a higher one each time, so that
 * what a node still writes after its turn is refused.
 */
export function sharedDuty(ctx: Pick<Context, 'db' | 'now' | 'log'>, duty = 'jobs'): Duty & SessionPart {
  const holder = `${hostname()}:${process.pid}`
  const followers: (() => void)[] = []
  let fence: Fence | null = null
  let session: pg.Client | undefined

  /** Waits for what the one before still writes, at most until the server ends that. */
  async function take(client: pg.Client) {
    const number = await nextFence(ctx, duty, holder, ctx.now().toISOString())
    if (session !== client) return
    fence = { duty, number }
    ctx.log.info({ turn: number }, 'this node does what one node does for all')
    for (const follow of followers) follow()
  }

  return {
    fence: () => fence,
    mine: () => fence !== null,
    onTaken: (work) => void followers.push(work),
    async begin() {},
    async beat(client) {
      if (session) return client.query('select 1')
      const { rows } = await client.query('select pg_try_advisory_lock($1) as got', [lock])
      if (!rows[0].got) return
      session = client
      take(client).catch((err) => {
        ctx.log.warn({ err }, 'the duty could not be taken')
        if (session === client) cut(client) // another node, or this one on a new session, shall have it
      })
    },
    lost() {
      fence = null
      session = undefined
    },
  }
}
