import type { Context } from '../platform/context.ts'
import { isPostgres } from '../platform/database.ts'
import { migrationsBetween } from '../platform/migrate.ts'
import { Refusal } from '../platform/refusal.ts'
import { type StoreFacts, storeFacts } from '../platform/store-facts.ts'
import { type Finding, findingsOn, spanWords } from './finding.ts'
import { reasonOf, reasons } from './model.ts'
import { failedCallsSince, newestLine, waitingCalls } from './store.ts'

type Store = Pick<Context, 'db' | 'now'> & { url: string }

const minute = 60_000

/** The store: reachable, whole, durable, of today's schema; and the clocks and queues that can be read from it. */
export async function checkStore({ db, now, url }: Store): Promise<Finding[]> {
  const { fail } = findingsOn('store')
  try {
    const asked = now().getTime()
    const facts = await storeFacts(url)
    const took = now().getTime() - asked
    const found = [aboutFile(facts), ...(await aboutSchema(db)), aboutDurability(facts)]
    if (found.some(({ state }) => state === 'fail')) return found
    return [...found, ...(await aboutClocks({ db, now }, facts, took)), await aboutQueue({ db, now })]
  } catch (error) {
    if (error instanceof Refusal) return [fail(error.message)]
    const { code, message } = error as NodeJS.ErrnoException
    const where = isPostgres(url) ? hidden(url) : url
    return [fail(`${where} cannot be used (${code ?? message}).`, reasons[reasonOf(error)])]
  }
}

/** Without the password. */
function hidden(url: string) {
  if (!URL.canParse(url)) return 'The database'
  const { host, pathname } = new URL(url)
  return `PostgreSQL at ${host}${pathname}`
}

function aboutFile({ version, damage }: StoreFacts): Finding {
  const { ok, fail } = findingsOn('store')
  if (damage.length === 0) return ok(`${version} answers, and finds nothing wrong.`)
  const advice = 'Stop Shiplog, keep the file aside, and restore the newest backup: shiplog restore.'
  return fail(`The database is damaged: ${damage[0]}`, advice)
}

async function aboutSchema(db: Store['db']): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOn('schema')
  const { missing, unknown } = await migrationsBetween(db)
  if (unknown.length > 0) {
    return [
      fail(
        `It was made by a newer Shiplog (it has ${unknown.join(', ')}).`,
        'Start that version, or restore an older backup.',
      ),
    ]
  }
  if (missing.length === 0) return [ok('The schema is of this version.')]
  const advice = 'They run at the next start, or by: shiplog migrate.'
  return [warn(`${missing.length} migrations did not run yet, from ${missing[0]} on.`, advice)]
}

function aboutDurability({ durable }: StoreFacts): Finding {
  const { ok, fail } = findingsOn('durability')
  if (durable) return ok('A commit lasts before it is acknowledged.')
  const advice = "Set it back: alter system set synchronous_commit = 'on'; select pg_reload_conf();"
  return fail('synchronous_commit is off: what is acknowledged can be lost with the power.', advice)
}

async function aboutClocks(
  ctx: Pick<Store, 'db' | 'now'>,
  { clock }: StoreFacts,
  took: number,
): Promise<Finding[]> {
  const { ok, warn } = findingsOn('clock')
  const found: Finding[] = []
  const present = ctx.now().getTime()
  const advice = 'Let a time service keep it (timedatectl set-ntp true), here and on the other nodes.'
  const last = await newestLine(ctx)
  if (last && Date.parse(last) > present + minute) {
    const ahead = spanWords(Date.parse(last) - present)
    found.push(
      warn(
        `The journal's newest line is ${ahead} in the future: this clock went back, or another node's is ahead.`,
        advice,
      ),
    )
  }
  const skew = clock === null ? 0 : clock - present
  if (Math.abs(skew) > 2000 + took)
    found.push(warn(`The database server's clock is ${spanWords(skew)} off from this one.`, advice))
  return found.length > 0 ? found : [ok('This clock agrees with what the store holds.')]
}

async function aboutQueue(ctx: Pick<Store, 'db' | 'now'>): Promise<Finding> {
  const { ok, warn } = findingsOn('calls to others')
  const { count, oldest } = await waitingCalls(ctx)
  const present = ctx.now().getTime()
  const failed = await failedCallsSince(ctx, new Date(present - 24 * 60 * minute).toISOString())
  const waited = oldest === null ? 0 : present - Date.parse(oldest)
  const advice = 'Look under Calls who does not answer, and why.'
  if (waited > 15 * minute) return warn(`${count} wait, the oldest for ${spanWords(waited)}.`, advice)
  if (failed > 0) return warn(`${failed} failed within the last day.`, advice)
  return ok(count === 0 ? 'None waits.' : `${count} wait, none for long.`)
}
