import type { Compilable, CompiledQuery } from 'kysely'
import type { Context } from './context.ts'

type Db = Context['db']

/**
 * A query that is built and compiled once for each kind of store and then only run: for most of ours that takes longer
 * than their running does. `build` is given stand-ins for the values, and may do nothing with them but hand them on.
 * Only for what every request or delivery asks.
 */
export function compiledOnce<Values extends readonly unknown[], Row>(
  build: (db: Db, ...values: Values) => Compilable<Row>,
): (ctx: Pick<Context, 'db'>, ...values: Values) => Promise<Row[]> {
  const kept = new Map<unknown, CompiledQuery<Row>>()
  return async ({ db }, ...values) => {
    const store = db.getExecutor().adapter.constructor
    let query = kept.get(store)
    if (!query) {
      const standIns = values.map((_, index) => new StandIn(index)) as unknown as Values
      query = build(db, ...standIns).compile()
      kept.set(store, query)
    }
    const parameters = query.parameters.map((one) => (one instanceof StandIn ? values[one.index] : one))
    const { rows } = await db.executeQuery<Row>({ ...query, parameters })
    return rows
  }
}

/** The first row of such a query; undefined when it finds none. */
export function firstCompiledOnce<Values extends readonly unknown[], Row>(
  build: (db: Db, ...values: Values) => Compilable<Row>,
): (ctx: Pick<Context, 'db'>, ...values: Values) => Promise<Row | undefined> {
  const ask = compiledOnce(build)
  return async (ctx, ...values) => (await ask(ctx, ...values))[0]
}

class StandIn {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}
