import type pg from 'pg'
import type { Context, JournalLine } from '../platform/context.ts'
import type { SessionPart } from '../platform/session.ts'

const channel = 'shiplog_journal'

/**
 * Tells other nodes at once that the journal has grown, by the id of its newest line and nothing else, and hears it of
 * them. It may be lost: whoever follows looks by itself too. Told right after the commit, not in it, where PostgreSQL
 * would let only one transaction commit at a time.
 */
export function journalWire(
  heard: () => void,
  log: Context['log'],
): SessionPart & { tell(lines: JournalLine[]): void } {
  let client: pg.Client | undefined
  let waiting: string | undefined
  let telling = false

  async function tellAll() {
    telling = true
    while (client && waiting !== undefined) {
      const newest = waiting
      waiting = undefined
      await client.query('select pg_notify($1, $2)', [channel, newest])
    }
  }

  return {
    async begin(session) {
      const own = (session as unknown as { processID: number }).processID
      session.on('notification', ({ processId }) => {
        if (processId !== own) heard()
      })
      await session.query(`listen ${channel}`)
      client = session
      heard() // what was told while nobody listened
    },
    lost() {
      client = undefined
      waiting = undefined
    },
    tell(lines) {
      waiting = lines.at(-1)?.id ?? waiting
      if (telling) return
      tellAll()
        .catch((err) =>
          log.warn({ err }, 'other nodes could not be told of a change; they will see it themselves'),
        )
        .finally(() => {
          telling = false
        })
    },
  }
}
