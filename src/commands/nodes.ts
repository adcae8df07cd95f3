import type { Config } from '../config.ts'
import { type Journal, keepReading } from '../journal/follow.ts'
import { journalWire } from '../journal/wire.ts'
import type { Context, JournalLine } from '../platform/context.ts'
import { isPostgres } from '../platform/database.ts'
import { type Duty, sharedDuty, soleDuty } from '../platform/duty.ts'
import { keepSession } from '../platform/session.ts'

type Among = {
  duty: Duty
  /** Tells the followers of this process, and the other nodes, what was committed. */
  committed(lines: JournalLine[]): void
  /** From now on this node hears of the others and may take the duty. Returns how to stop. */
  start(): (() => unknown)[]
}

/** What a node shares with the others on its store: news of the journal, and the duty that one of them has. */
export function amongNodes({ database_url, direct_url }: Config, ctx: Context, journal: Journal): Among {
  const looking = () => keepReading(journal, ctx.log)
  if (!isPostgres(database_url)) {
    return { duty: soleDuty, committed: journal.committed, start: () => [looking().stop] }
  }
  let look = () => {}
  const wire = journalWire(() => look(), ctx.log)
  const duty = sharedDuty(ctx)
  return {
    duty,
    committed(lines) {
      journal.committed(lines)
      wire.tell(lines)
    },
    start() {
      const reading = looking()
      look = reading.look
      return [reading.stop, keepSession(direct_url, [wire, duty], ctx.log)]
    },
  }
}
