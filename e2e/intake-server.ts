// The least that takes deliveries: the real routes, intake and store, without pages, jobs and migrations, so that many
// of them can be started and killed. Words: the database, its secret, and, for the tests' own sake, how to be wrong.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { default: fastify } = await import('fastify')
const { sql } = await import('kysely')
const { serializerCompiler, validatorCompiler } = await import('fastify-type-provider-zod')
const { routes } = await import('../src/ingest/api.ts')
const { makeIntake } = await import('../src/ingest/intake.ts')
const { openDatabase } = await import('../src/platform/database.ts')
const { answerError } = await import('../src/platform/errors.ts')
type Intake = ReturnType<typeof makeIntake>
type App = Parameters<typeof routes>[0]

const [database = '', secret = '', wrong = ''] = process.argv.slice(2)
const db = openDatabase(database, { must_exist: true })
const app = fastify({ bodyLimit: 64 * 1024 })
app.setValidatorCompiler(validatorCompiler)
app.setSerializerCompiler(serializerCompiler)
app.setErrorHandler(answerError)
app.decorateRequest('ctx')
app.addHook('onRequest', async (request) => {
  const actor = { kind: 'visitor' as const, id: null, name: 'visitor' }
  request.ctx = { db, now: () => new Date(), secret: Buffer.from(secret, 'hex'), actor, log: request.log }
})
// a commit that is in the file, but perhaps only in the machine's memory
if (wrong === 'normal') await sql`pragma synchronous = NORMAL`.execute(db)
await routes(app as unknown as App, { origin: null }, wrong === 'early' ? earlyIntake : makeIntake)
console.log(`${await app.listen({ port: 0, host: '127.0.0.1' })} ${process.pid}`)

/** The fault that most receivers have: it answers before it has stored. */
function earlyIntake(): Intake {
  const { take, close } = makeIntake()
  const nothing = { release: null, state: null, reason: null, matched: false, events: [], warnings: [] }
  return {
    close,
    async take(ctx, item) {
      take(ctx, item).catch(() => {})
      return { delivery: 'early', outcome: 'accepted', ...nothing }
    },
  }
}
