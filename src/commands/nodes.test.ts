import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { createComponent } from '../components/actions.ts'
import { openDatabase } from '../platform/database.ts'
import {
  databaseOn,
  freshDatabase,
  type Node,
  serverWithTemplate,
  startNode,
  until,
} from '../testing/nodes.ts'
import { shell } from '../testing/shell.ts'
import { worldOn } from '../testing/world.ts'

const ada = { email: 'ada@example.com', password: 'correct horse battery' }
const admin = { SHIPLOG_ADMIN_EMAIL: ada.email, SHIPLOG_ADMIN_PASSWORD: ada.password }

/** A browser that is sent to whichever node is its turn: cookies and forms are the same for it. */
function browser() {
  const cookies = new Map<string, string>()
  let form: Record<string, string> = {}
  async function ask(url: string, init: RequestInit = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'sec-fetch-site': 'same-origin', ...(init.headers as object) }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const body = await answer.text()
    const hidden = [...body.matchAll(/name="(_csrf|_form)" value="([^"]+)"/g)]
    form = { ...form, ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])) }
    return { status: answer.status, body }
  }
  const send = (url: string, fields: Record<string, string>) =>
    ask(url, { method: 'POST', body: new URLSearchParams({ ...form, ...fields }) })
  return { ask, send }
}

async function count(url: string, table: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(`select count(*)::int as count from ${table}`)
  await client.end()
  return rows[0].count
}

async function started(t: TestContext, url: string, set: Record<string, string>[]): Promise<Node[]> {
  const nodes = await Promise.all(set.map((one) => startNode(url, one)))
  t.after(() => Promise.all(nodes.map((node) => node.kill())))
  return nodes
}

const shows = (node: Node | undefined, words: string) => async () =>
  (await (await fetch(`${node?.origin}/`)).text()).includes(words)

test('two nodes that start together on an empty database are one Shiplog, whoever answers', async (t) => {
  const url = await freshDatabase({ empty: true })
  const [here, there] = await started(t, url, [admin, admin])
  assert.ok(here && there)
  assert.equal(await count(url, 'users'), 1)

  const { ask, send } = browser()
  await ask(`${here.origin}/login`)
  assert.equal((await send(`${there.origin}/login`, ada)).status, 303)
  assert.equal((await ask(`${here.origin}/admin/components/new`)).status, 200)
  const made = await Promise.all(
    [here, there].map(({ origin }) =>
      send(`${origin}/admin/components`, { name: 'Checkout', visibility: 'public' }),
    ),
  )
  assert.deepEqual(
    made.map(({ status }) => status),
    [303, 303],
  )
  assert.equal(await count(url, 'components'), 1)

  assert.ok(await until(shows(here, 'Checkout'), { within: 3000 }))
  assert.ok(await until(shows(there, 'Checkout'), { within: 3000 }))
  for (const [from, to, name] of [
    [here, there, 'Till'],
    [there, here, 'Cashier'],
  ] as const) {
    const { body } = await ask(`${from.origin}/admin/components`)
    const edit =
      /href="(\/admin\/components\/\w+)\/edit"/.exec(body)?.[1] ??
      /href="(\/admin\/components\/[a-z0-9]{12})"/.exec(body)?.[1]
    const page = await ask(`${from.origin}${edit}`)
    const version = /name="version" value="(\d+)"/.exec(page.body)?.[1] ?? '1'
    const saved = await send(`${from.origin}${edit}`, { name, visibility: 'public', version })
    assert.equal(saved.status, 303)
    const took = await until(shows(to, name), { within: 5000, every: 10 })
    assert.ok(took !== null && took < 1000, `the other node showed it after ${took} ms`)
  }
})

test('what needs the store itself goes by its own address, past a pooler', async (t) => {
  const url = await freshDatabase()
  const nowhere = url.replace(/@[^/]+/, '@127.0.0.1:9')
  const { shiplog } = shell(t, { DATABASE_URL: nowhere, SHIPLOG_DATABASE_DIRECT_URL: url })
  assert.deepEqual(await shiplog('migrate'), { code: 0, out: 'The database is up to date.\n', err: '' })
  const without = shell(t, { DATABASE_URL: nowhere })
  const refused = await without.shiplog('migrate')
  assert.equal(refused.code, 1)
  assert.match(refused.err, /^The database cannot be used \(ECONNREFUSED\)/)
})

test('a node with another secret, or with one of its own, does not start', async (t) => {
  const url = await freshDatabase()
  await started(t, url, [{}])
  const others = [{ SHIPLOG_SECRET: '08'.repeat(32) }, { SHIPLOG_SECRET: '' }]
  await Promise.all(others.map((set) => assert.rejects(startNode(url, set), /Give all nodes the same/)))
  const { shiplog } = shell(t, { DATABASE_URL: url, SHIPLOG_SECRET: '08'.repeat(32) })
  assert.match((await shiplog('token', 'list')).err, /Give all nodes the same/)
  assert.match((await shiplog('secret', 'adopt')).out, /from now on/)
  assert.equal((await shiplog('token', 'list')).code, 0)
})

test('while the database is gone pages stand, and soon after it is back all is well', async (t) => {
  const server = await serverWithTemplate()
  t.after(() => server.stop())
  const url = await databaseOn(server)
  const [node] = await started(t, url, [{}])
  assert.ok(node)
  const status = async (path: string) => {
    const answer = await fetch(`${node.origin}${path}`, { headers: { connection: 'close' } }).catch(
      (error) => {
        throw new Error(`no answer: ${node.alive() ? 'it is alive' : node.said()}`, { cause: error })
      },
    )
    return answer.status
  }
  assert.equal(await status('/'), 200)
  await server.kill()
  const gone = async () => (await status('/api/v1/incidents/aaaaaaaaaaaa')) === 503
  assert.ok(await until(gone, { within: 5000 }))
  for (let look = 0; look < 20; look += 1) assert.equal(await status('/'), 200)
  await server.restart()
  const back = await until(async () => !(await gone()), { within: 15_000 })
  t.diagnostic(`answered again after ${Math.round(back ?? Number.NaN)} ms`)
  assert.ok(back !== null && back < 5000, `answered again after ${back} ms`)
  const ship = worldOn(openDatabase(url))
  t.after(() => ship.db.destroy())
  await createComponent(
    { ...ship, actor: { kind: 'cli', id: null, name: 'command line' } },
    { name: 'Afterwards' },
  )
  assert.ok(await until(shows(node, 'Afterwards'), { within: 5000 }))
  assert.ok(node.alive())
})
