import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { declareIncident, deleteIncident } from '../incidents/actions.ts'
import { postUpdate } from '../incidents/updates.ts'
import { clearBad, markBad } from '../releases/bad.ts'
import { ensureEnvironment } from '../releases/environments.ts'
import { northwind } from '../testing/northwind.ts'
import { targetFor } from './targets.ts'

/** Histories at random, told to the product as deploy tools and operators would, and beside it to a plain list. */
const verbs = [
  'live',
  'live',
  'live',
  'back',
  'drill',
  'canary',
  'fail',
  'mark',
  'clear',
  'trouble',
  'resolve',
  'delete',
] as const
const change = fc.constantFrom(null, 'none', 'expand', 'backfill', 'contract', 'irreversible')
const step = fc.record({
  verb: fc.constantFrom(...verbs),
  version: fc.integer({ min: 0, max: 4 }),
  which: fc.nat(20),
  change,
  compat: fc.constantFrom(null, 'yes', 'no'),
  waited: fc.constantFrom(1, 10, 60, 30 * 60),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A version that everybody got. */
type Had = {
  id: string
  version: string
  at: number
  change: string | null
  compat: string | null
  undone: boolean
}
/** What the test itself remembers of the lane: nothing of it is read from the product. */
type Log = {
  had: Had[]
  canaries: { id: string; version: string }[]
  bad: Set<string>
  troubles: { id: string; cause: string; at: number; over: boolean; deleted: boolean }[]
}

async function port() {
  const shop = await northwind()
  const { ship, say, components } = shop
  const component_id = components.checkout.id
  const { id: environment_id } = await ensureEnvironment(ship, 'production')
  const log: Log = { had: [], canaries: [], bad: new Set(), troubles: [] }
  let runs = 0

  async function out(step: Step, version: string, facts: object) {
    runs += 1
    const said = {
      ...(step.change && { schema_change: step.change }),
      ...(step.compat && { data_compat: step.compat }),
    }
    const rollback = Object.keys(said).length > 0 ? { rollback: said } : {}
    const id = await say('checkout', 'release.succeeded', {
      version,
      run: `run ${runs}`,
      ...rollback,
      ...facts,
    })
    const at = ship.now().getTime()
    log.canaries = []
    log.had.push({ id, version, at, change: step.change, compat: step.compat, undone: false })
  }

  async function take(step: Step) {
    ship.wait(step.waited)
    const { had } = log
    const live = had.at(-1)
    const one = had[step.which % Math.max(1, had.length)]
    switch (step.verb) {
      case 'live':
        return out(step, `${step.version}`, { kind: 'deploy' })
      case 'back':
      case 'drill': {
        const to = had.findLast(({ version }) => version === one?.version)
        if (!to || !live || to.version === live.version) return
        if (step.verb === 'back') for (const passed of had.slice(had.indexOf(to) + 1)) passed.undone = true
        return out(step, to.version, { kind: 'rollback', ...(step.verb === 'drill' && { drill: true }) })
      }
      case 'canary': {
        const version = `canary ${runs}`
        const id = await say('checkout', 'release.progress', { version, percent: 10, run: version })
        runs += 1
        return void log.canaries.push({ id, version })
      }
      case 'fail':
        runs += 1
        return void (await say('checkout', 'release.failed', {
          version: `${step.version}`,
          run: `run ${runs}`,
        }))
      case 'mark':
        if (one) await markBad(ship, one.id, { reason: 'x' })
        return void (one && log.bad.add(one.version))
      case 'clear':
        if (one) await clearBad(ship, one.id)
        return void (one && log.bad.delete(one.version))
      default:
        return trouble(step, one)
    }
  }

  async function trouble({ verb, which }: Step, one: Had | undefined) {
    const known = log.troubles[which % Math.max(1, log.troubles.length)]
    if (verb === 'trouble' && one) {
      const cause = { cause: 'release' as const, cause_release_id: one.id }
      const hurt = [{ component: 'checkout', status: 'major_outage' as const }]
      const { id } = await declareIncident(ship, { title: 'x', body: 'x', ...cause, components: hurt })
      log.troubles.push({ id, cause: one.id, at: ship.now().getTime(), over: false, deleted: false })
    } else if (verb === 'resolve' && known && !known.deleted) {
      await postUpdate(ship, known.id, { body: 'x', state: 'resolved' })
      known.over = true
    } else if (verb === 'delete' && known && !known.deleted) {
      await deleteIncident(ship, known.id)
      known.deleted = true
    }
  }
  return { ...shop, log, take, wayBack: () => targetFor(ship, { component_id, environment_id }) }
}

/** Good: not marked, not rolled back, and no incident of its first day or that is still open. */
function isGood({ bad, troubles }: Log, { id, version, at, undone }: Had) {
  const day = 24 * 3_600_000
  const hurt = troubles.some((one) => one.cause === id && !one.deleted && (!one.over || one.at - at <= day))
  return !bad.has(version) && !undone && !hurt
}

/** The plain rule: of each version but the live one the last time it was live, newest first; the first good one. */
function expected(log: Log) {
  const live = log.had.at(-1)
  const latest = new Map(log.had.map((had) => [had.version, had]))
  const others = [...latest.values()].filter(({ version }) => version !== live?.version)
  const target = others.sort((a, b) => b.at - a.at).find((had) => isGood(log, had))
  return { live, target }
}

test('whatever happened, the way back is a version that was live and good, and what lies between is told of', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const { ship, log, take, wayBack, say } = await port()
      for (const one of steps) await take(one)
      const { live, target, undone, safe, reasons, warnings } = await wayBack()
      const wanted = expected(log)
      assert.equal(live?.id, wanted.live?.id, 'what is live')
      assert.equal(target?.id, wanted.target?.id, 'what to go back to')
      assert.equal(safe, target !== null && reasons.length === 0)
      if (!wanted.target) assert.ok(reasons.length > 0, 'why there is no way back')
      if (wanted.target) {
        assert.notEqual(wanted.target.version, wanted.live?.version)
        const crossed = log.had.slice(log.had.indexOf(wanted.target) + 1)
        const codes = reasons.map(({ code }) => code)
        const isOneWay = crossed.some((one) => one.change === 'contract' || one.change === 'irreversible')
        assert.equal(codes.includes('point_of_no_return'), isOneWay, 'a point of no return')
        const shut = isOneWay || crossed.some(({ compat }) => compat === 'no')
        assert.equal(safe, !shut, 'safe when nothing shuts the way')
        const told = new Set(warnings.map(({ code }) => code))
        const nobodySays = crossed.some((one) => one.change === null) || log.canaries.length > 0
        assert.equal(told.has('schema_change_unknown'), nobodySays, 'what nobody says')

        // what was foretold is what going back then does
        ship.wait(1)
        await say('checkout', 'release.succeeded', {
          version: wanted.target.version,
          run: 'at last',
          kind: 'rollback',
        })
        const rows = await ship.db
          .selectFrom('releases')
          .select(['id', 'run_key', 'undone_by_release_id'])
          .execute()
        const back = rows.find(({ run_key }) => run_key === 'at last')?.id
        const gone = rows.filter((row) => row.undone_by_release_id === back).map(({ id }) => id)
        const ids = undone.map(({ id }) => id)
        assert.deepEqual(ids.toSorted(), gone.toSorted(), 'what going back undoes')
        const model = [...crossed.filter((one) => !one.undone), ...log.canaries].map(({ id }) => id)
        assert.deepEqual(ids.toSorted(), model.toSorted(), 'what the plain list says it undoes')
      }
      await ship.db.destroy()
    }),
    { numRuns: Number(process.env.SOAK ?? 60) },
  )
})
