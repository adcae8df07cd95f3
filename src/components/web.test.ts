import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordByHand } from '../releases/by-hand.ts'
import { startTestApp } from '../testing/http.ts'
import { world } from '../testing/world.ts'
import { listComponents, listGroups } from './store.ts'

test('an editor adds, orders, hides and archives components in the browser', async () => {
  const { ship, ed } = await office()
  const add = (fields: Record<string, string>) => ed.post('/admin/components', fields)
  assert.equal((await ed.post('/admin/groups', { name: 'Shop' })).statusCode, 303)
  const [shop] = await listGroups(ship)
  assert.equal(
    (await add({ name: 'Checkout', slug: '', group: shop?.id ?? '', visibility: 'public' })).statusCode,
    303,
  )
  assert.equal((await add({ name: 'Search', group: shop?.id ?? '' })).statusCode, 303)
  const [checkout, search] = await listComponents(ship)
  assert.deepEqual([checkout?.slug, search?.group_name], ['checkout', 'Shop'])

  await ed.post(`/admin/components/${search?.id}/position`, { to: 'up' })
  await ed.post(`/admin/components/${search?.id}/visibility`, { visibility: 'private' })
  await ed.post(`/admin/components/${checkout?.id}/status`, { status: 'partial_outage' })
  const page = await ed.get('/admin/components')
  assert.match(page.body, /Partial outage/)
  assert.match(page.body, /hidden from customers/)
  assert.ok(page.body.indexOf('Search') < page.body.indexOf('Checkout'))

  await ed.post(`/admin/components/${search?.id}/archive`)
  assert.match((await ed.get('/admin/components')).body, /Archived \(1\)/)
  await ed.post(`/admin/components/${search?.id}/restoration`)
  assert.equal((await listComponents(ship)).length, 2)
})

test('a form that does not fit comes back with all that was typed and words at the fields', async () => {
  const { ed } = await office()
  const answer = await ed.post('/admin/components', {
    name: '',
    slug: 'Wrong Slug',
    description: 'Typed <b>',
  })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /Give it a name\./)
  assert.match(answer.body, /value="Wrong Slug"/)
  assert.match(answer.body, /Typed &lt;b&gt;/)
  assert.match(answer.body, /aria-invalid="true"/)

  await ed.post('/admin/components', { name: 'Checkout' })
  const taken = await ed.post('/admin/components', { name: 'Till', slug: 'checkout' })
  assert.equal(taken.statusCode, 409)
  assert.match(taken.body, /Another component has this slug already/)
  assert.match(taken.body, /value="Till"/)
})

test('of two editors the second sees both texts and may save after all', async () => {
  const { ship, ed } = await office()
  await ed.post('/admin/components', { name: 'Checkout' })
  const [{ id, slug } = { id: '', slug: '' }] = await listComponents(ship)
  await ed.post(`/admin/components/${id}`, { name: 'Till', slug, version: '1' })
  const late = await ed.post(`/admin/components/${id}`, { name: 'Cashier', slug, version: '1' })
  assert.equal(late.statusCode, 409)
  assert.match(late.body, /<dd>Till<\/dd>/)
  assert.match(late.body, /value="Cashier"/)
  const version = /name="version" value="(\d+)"/.exec(late.body)?.[1] ?? ''
  assert.equal((await ed.post(`/admin/components/${id}`, { name: 'Cashier', slug, version })).statusCode, 303)
})

test('a viewer looks and changes nothing', async () => {
  const { server, ed, ship } = await office()
  await ed.post('/admin/components', { name: 'Checkout' })
  const vi = await server.signedIn('viewer')
  const page = await vi.get('/admin/components')
  assert.equal(page.statusCode, 200)
  assert.doesNotMatch(page.body, /Add a component/)
  const [{ id } = { id: '' }] = await listComponents(ship)
  assert.equal((await vi.post(`/admin/components/${id}/archive`)).statusCode, 403)
})

test('a token does what the page does, by slug or id', async () => {
  const { server } = await office()
  const authorization = await server.token('components:write', 'components:read')
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
    const answer = await server.inject({
      method,
      url,
      headers: { authorization },
      ...(payload && { payload }),
    })
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
  }
  const made = await call('POST', '/api/v1/components', {
    name: 'Checkout',
    group: 'Shop',
    colour: 'ignored',
  })
  assert.deepEqual(
    [made.status, made.body.slug, made.body.group.name, made.body.status],
    [201, 'checkout', 'Shop', 'operational'],
  )
  const again = await call('POST', '/api/v1/components', { name: 'Checkout', slug: 'checkout' })
  assert.deepEqual([again.status, again.body.title], [409, 'Conflict'])
  assert.equal((await call('POST', '/api/v1/components', {})).status, 422)

  const set = await call('PUT', '/api/v1/components/checkout/status', { status: 'major_outage' })
  assert.deepEqual([set.status, set.body.status], [200, 'major_outage'])
  assert.equal((await call('PUT', '/api/v1/components/checkout/status', { status: 'broken' })).status, 422)
  const edited = await call('PATCH', `/api/v1/components/${made.body.id}`, {
    description: 'Paying',
    version: 1,
  })
  assert.deepEqual([edited.body.description, edited.body.version], ['Paying', 2])
  const stale = await call('PATCH', '/api/v1/components/checkout', { name: 'Till', version: 1 })
  assert.deepEqual([stale.status, stale.body.current.name], [409, 'Checkout'])
  assert.equal((await call('DELETE', '/api/v1/components/checkout')).status, 204)
  assert.equal((await call('GET', '/api/v1/components')).body.data.length, 0)
  assert.equal((await call('GET', '/api/v1/components?archived=true')).body.data.length, 1)
  assert.equal((await call('POST', '/api/v1/components/checkout/restoration')).status, 200)
  assert.equal((await call('GET', '/api/v1/components/till')).status, 404)

  const groups = await call('GET', '/api/v1/groups')
  assert.deepEqual(
    groups.body.data.map((group: { name: string }) => group.name),
    ['Shop'],
  )
  assert.equal((await call('DELETE', `/api/v1/groups/${groups.body.data[0].id}`)).status, 204)
})

test('what is live is told beside a component, hidden ones included', async () => {
  const { ship, server, ed } = await office()
  await ed.post('/admin/components', { name: 'Vault', visibility: 'private' })
  await recordByHand(ship, { component: 'vault', version: '7.1' })
  const authorization = await server.token('components:read')
  const answer = await server.inject({ url: '/api/v1/components/vault', headers: { authorization } })
  assert.equal(answer.json().live[0].version, '7.1')
  assert.match((await ed.get('/admin/components')).body, /<code>7\.1<\/code>/)
})

test('without a token only what is public is told, a page at a time with the cursor', async () => {
  const { server, ed } = await office()
  for (const name of ['A', 'B', 'C']) await ed.post('/admin/components', { name, visibility: 'public' })
  await ed.post('/admin/components', { name: 'Secret', visibility: 'private' })
  const get = async (url: string) => (await server.inject({ method: 'GET', url })).json()
  const first = await get('/api/v1/components?limit=2')
  const second = await get(`/api/v1/components?limit=2&cursor=${first.next_cursor}`)
  const names = (page: { data: { name: string }[] }) => page.data.map((one) => one.name)
  assert.deepEqual([names(first), names(second), second.next_cursor], [['A', 'B'], ['C'], null])
  const secret = await server.inject({ method: 'GET', url: '/api/v1/components/secret' })
  assert.equal(secret.statusCode, 404)
  assert.equal(
    (await server.inject({ method: 'POST', url: '/api/v1/components', payload: {} })).statusCode,
    401,
  )
})

async function office() {
  const ship = await world()
  const server = await startTestApp(ship)
  return { ship, server, ed: await server.signedIn('editor') }
}
