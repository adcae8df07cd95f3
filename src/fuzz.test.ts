import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sign } from '@octokit/webhooks-methods'
import fc from 'fast-check'
import { createComponent } from './components/actions.ts'
import { declareIncident } from './incidents/actions.ts'
import { recordByHand } from './releases/by-hand.ts'
import { createSource } from './sources/actions.ts'
import { fuzzSeed } from './testing/fuzz-seed.ts'
import { startTestApp } from './testing/http.ts'
import { world } from './testing/world.ts'

/** Whatever anybody sends is answered; 500 and above would say that it is our fault. `FUZZ_SEED=random` draws anew, a number repeats a run, `FUZZ_TIMES=20` looks longer. */

const oddWords = [
  ..." |0|-1|1e999|null|undefined|:id|__proto__|constructor|toString|../../x|%|%_|';--|<b>".split('|'),
  ...'2026-11-23|2026-11-23T11:00:00Z|0000-01-01T00:00:00Z|+010000-01-01T00:00:00Z|9999-12-31|12:00|99:99'.split(
    '|',
  ),
  ...['', '\u0000', '\ud800', '\u202e', 'a'.repeat(201), '/.//x'],
]
const goodWords = [
  ...'up down public operational major_outage resolved identified release unknown rolled_forward other'.split(
    ' ',
  ),
  ...'rollback production testing native admin shop open UTC ping v1.2.3 release.succeeded'.split(' '),
  ...'release.progress exposure.changed artifact.available'.split(' '),
]
const fields = [
  ...'name slug group visibility started_on version to status title body state impact cause cause_release_id'.split(
    ' ',
  ),
  ...'components started_at next_update_at remedy remedy_reason remedy_release_id service source_id component match becomes_environment'.split(
    ' ',
  ),
  ...'kind at environment minutes_taken scopes overlap_hours disabled email password next resume time_zone'.split(
    ' ',
  ),
  ...'tier date time _form started_clock next_update_clock type run commit percent dark actor urls rollback'.split(
    ' ',
  ),
  ...'reason starts_at ends_at starts_on starts_clock ends_on ends_clock may_pass rules freeze marked_bad actor'.split(
    ' ',
  ),
  ...'code owes_code current_password day subject_kind attributes attempt deployment deployment_status repository __proto__'.split(
    ' ',
  ),
  ...'template fill draft draft_version schedule publish_on publish_clock used_for fields incident_id publish_at'.split(
    ' ',
  ),
]
const asks = [
  ...'cursor limit component components release group kind show state archived environment action subject_id subject_kind actor day source_id'.split(
    ' ',
  ),
  ...'source started_at next draft deleted used_for token __proto__ a[__proto__][x]'.split(' '),
]

async function harbour() {
  const ship = await world()
  const server = await startTestApp(ship)
  const component = await createComponent(ship, { name: 'Shop', group: 'Fleet' })
  const github = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const release = await recordByHand(ship, { component: 'shop', version: '1' })
  const cause = { cause: 'release' as const, cause_release_id: release.id }
  const hurt = [{ component: 'shop', status: 'major_outage' as const }]
  const incident = await declareIncident(ship, {
    title: 'It broke',
    body: 'We look.',
    ...cause,
    components: hurt,
  })
  const ids = [component.id, component.group_id ?? '', github.source.id, release.id, incident.id, 'api']
  return { server, github, ids, admin: await server.signedIn('admin'), token: await server.token('admin') }
}

/** Any code units, halves of characters included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes))

function words(ids: string[]) {
  const known = fc.constantFrom(...oddWords, ...goodWords, ...ids, ...ids)
  return fc.oneof({ weight: 5, arbitrary: known }, anyText)
}

function values(ids: string[]) {
  const plain = fc.oneof({ weight: 4, arbitrary: words(ids) }, fc.double(), fc.boolean(), fc.constant(null))
  const { object } = fc.letrec((tie) => ({
    object: fc.dictionary(fc.constantFrom(...fields, 'toString', 'valueOf', 'id'), tie('value'), {
      maxKeys: 5,
    }),
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      plain,
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
  }))
  return fc.oneof({ weight: 6, arbitrary: object }, plain)
}

const escaped = (text: string) => encodeURIComponent(text.toWellFormed())

/** Fills the placeholders of a route and adds a query. */
function addressOf(url: string, fill: string[], query: [string, string][]) {
  let at = 0
  const path = url.replace(/:\w+|\*/g, () => escaped(fill[at++ % fill.length] ?? 'x') || 'x')
  return query.length === 0
    ? path
    : `${path}?${query.map(([key, value]) => `${key}=${escaped(value)}`).join('&')}`
}

function run<T>(t: TestContext, property: fc.IAsyncProperty<T>, numRuns: number) {
  const seed = fuzzSeed()
  t.diagnostic(`seed ${seed}`)
  const times = Number(process.env.FUZZ_TIMES ?? (process.env.TESTS_ON === 'postgres' ? 0.3 : 1))
  return fc.assert(property, { seed, numRuns: Math.ceil(numRuns * times), endOnFailure: true })
}

test('whatever is asked for, by whomever, is never answered as a fault of ours', async (t) => {
  const { server, ids, admin, token } = await harbour()
  const routes = server.routes.filter(({ method }) => method === 'GET')
  const pairs = fc.array(fc.tuple(fc.constantFrom(...asks), words(ids)), { maxLength: 3 })
  const query = fc
    .tuple(pairs, fc.boolean())
    .map(([pairs, twice]): [string, string][] => (twice ? [...pairs, ...pairs] : pairs))
  const asked = fc.tuple(
    fc.constantFrom(...routes.map(({ url }) => url)),
    fc.array(words(ids), { minLength: 1, maxLength: 2 }),
    query,
  )
  const property = fc.asyncProperty(
    asked,
    fc.constantFrom('visitor', 'token', 'admin'),
    async (given, who) => {
      const url = addressOf(...given)
      const headers = who === 'token' ? { authorization: token } : {}
      const answer = who === 'admin' ? await admin.get(url) : await server.inject({ url, headers })
      assert.ok(answer.statusCode < 500, `GET ${url} as ${who}: ${answer.statusCode} ${answer.body}`)
      assert.ok(answer.headers['content-security-policy'], `GET ${url} has no policy`)
    },
  )
  await run(t, property, 300)
})

test('whatever is written to the API is never answered as a fault of ours', async (t) => {
  const { server, ids, token } = await harbour()
  const routes = server.routes.filter(({ method, url }) => method !== 'GET' && url.startsWith('/api/'))
  const written = fc.tuple(fc.constantFrom(...routes), fc.array(words(ids), { minLength: 1, maxLength: 2 }))
  const property = fc.asyncProperty(written, values(ids), async ([{ method, url: at }, fill], body) => {
    const url = addressOf(at, fill, [])
    const headers = { authorization: token, 'content-type': 'application/json' }
    const payload = JSON.stringify(body)
    const answer = await server.inject({ method: method as 'POST', url, headers, payload })
    assert.ok(answer.statusCode < 500, `${method} ${url} ${payload}: ${answer.statusCode} ${answer.body}`)
  })
  await run(t, property, 300)
})

test('whatever is typed into a form is never answered as a fault of ours', async (t) => {
  const { server, ids, admin } = await harbour()
  const forms = server.routes.filter(
    ({ method, policy, url }) =>
      method === 'POST' && ['operator', 'guest'].includes(policy.who) && !/logout|password|\/end$/.test(url),
  )
  const typed = fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields) }, words(ids)),
    fc.oneof({ weight: 4, arbitrary: words(ids) }, fc.array(words(ids), { maxLength: 3 })),
    { maxKeys: 8 },
  )
  const written = fc.tuple(
    fc.constantFrom(...forms),
    fc.array(words(ids), { minLength: 1, maxLength: 2 }),
    typed,
  )
  const property = fc.asyncProperty(written, async ([{ url: at }, fill, form]) => {
    const url = addressOf(at, fill, [])
    const answer = await admin.post(url, form)
    assert.ok(
      answer.statusCode < 500,
      `POST ${url} ${JSON.stringify(form)}: ${answer.statusCode} ${answer.body}`,
    )
  })
  await run(t, property, 150)
})

test('whatever a tool posts is never answered as a fault of ours', async (t) => {
  const { server, ids, github, token } = await harbour()
  const json = { 'content-type': 'application/json' }
  const property = fc.asyncProperty(values(ids), fc.boolean(), async (body, twice) => {
    const payload = JSON.stringify(body)
    const signature = await sign(github.secret, payload)
    const hook = { 'x-github-event': 'deployment_status', 'x-hub-signature-256': signature }
    for (const _ of twice ? [1, 2] : [1]) {
      const answers = [
        await server.inject({
          method: 'POST',
          url: '/api/v1/events',
          headers: { ...json, authorization: token },
          payload,
        }),
        await server.inject({
          method: 'POST',
          url: `/hooks/${github.source.id}`,
          headers: { ...json, ...hook },
          payload,
        }),
      ]
      for (const { statusCode, body } of answers)
        assert.ok(statusCode < 500, `${payload}: ${statusCode} ${body}`)
    }
  })
  await run(t, property, 75)
})
