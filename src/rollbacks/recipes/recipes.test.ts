import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recipeFor, recipes } from './index.ts'
import type { Asked } from './recipe.ts'

const asked: Asked = {
  request: 'req1',
  component: 'shop',
  environment: 'production',
  from: { version: '2.14.0', commit: null, release: 'rel2' },
  to: { version: '2.13.4', commit: 'abc1234', artifact: null, release: 'rel1' },
  incident: {
    id: 'inc1',
    title: 'Cards & "coins" fail',
    url: 'https://status.example.com/admin/incidents/inc1',
  },
  drill: false,
  reason: 'Cards & "coins" $(fail); {token}\n',
  asked_by: 'Ada',
  asked_at: '2026-11-23T12:33:00.000Z',
  url: 'https://status.example.com/admin/releases/rel2',
}
const token = 'secret-token'
const callOf = (kind: string, options: Record<string, string> = {}) => {
  const recipe = recipeFor(kind)
  return recipe.call({ url: recipe.address.example, token, options }, asked)
}

test('every recipe’s own example is an address that it takes', () => {
  for (const { kind, address } of recipes) assert.match(new URL(address.example).href, address.pattern, kind)
})

test('a token stands in headers or in what is never shown, never in the body or the address', () => {
  for (const recipe of recipes.filter(({ token }) => token)) {
    const { url, body, headers, secret_tail } = callOf(recipe.kind)
    assert.ok(!`${url}${body}`.includes(token), recipe.kind)
    const given = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString()
    assert.ok(`${headers.authorization}${secret_tail}${given}`.includes(token), recipe.kind)
  }
})

test('a signed webhook tells everything, as the body of rollback.requested', () => {
  const { body, headers } = callOf('webhook')
  assert.deepEqual(JSON.parse(body), { type: 'rollback.requested', timestamp: asked.asked_at, data: asked })
  assert.equal(headers['content-type'], 'application/json')
})

test('GitHub is told at most ten facts, each a text, as both of its dispatches ask for', () => {
  const dispatch = JSON.parse(callOf('github_dispatch', { event_type: 'shiplog-rollback' }).body)
  const workflow = JSON.parse(callOf('github_workflow', { ref: 'main' }).body)
  assert.deepEqual([dispatch.event_type, workflow.ref], ['shiplog-rollback', 'main'])
  for (const facts of [dispatch.client_payload, workflow.inputs]) {
    assert.ok(Object.keys(facts).length <= 10)
    assert.ok(Object.values(facts).every((value) => typeof value === 'string'))
    assert.deepEqual(
      [facts.to, facts.from, facts.commit, facts.reason],
      ['2.13.4', '2.14.0', 'abc1234', asked.reason],
    )
  }
})

test('forms carry whatever a reason holds, and nothing of it reaches beyond its field', () => {
  for (const kind of ['gitlab', 'jenkins']) {
    const { body, secret_tail = '' } = callOf(kind, { ref: 'main' })
    const fields = new URLSearchParams(body + secret_tail)
    const name = kind === 'gitlab' ? 'variables[SHIPLOG_REASON]' : 'SHIPLOG_REASON'
    assert.equal(fields.get(name), asked.reason)
    assert.deepEqual(fields.getAll('token'), kind === 'gitlab' ? [token] : [])
  }
})

test('Jenkins is given user and token, AWX its variables', () => {
  const { headers } = callOf('jenkins')
  assert.equal(headers.authorization, `Basic ${Buffer.from(token).toString('base64')}`)
  assert.equal(JSON.parse(callOf('awx').body).extra_vars.shiplog_to, '2.13.4')
})

test('what the setup of GitHub’s workflow declares is what is sent', () => {
  const { setup } = recipeFor('github_workflow')
  const declared = [...setup.snippet.matchAll(/^ {6}(\w+): \{ type/gm)].map(([, name]) => name)
  assert.deepEqual(declared, Object.keys(JSON.parse(callOf('github_workflow').body).inputs))
})

test('addresses that belong to something else are not taken', () => {
  const wrong: Record<string, string[]> = {
    webhook: ['ftp://deploy.example.com', 'file:///etc/passwd', 'javascript:alert(1)'],
    github_dispatch: [
      'https://github.com/OWNER/REPO',
      'https://api.github.com/repos/OWNER/REPO/dispatches?x=1',
    ],
    github_workflow: ['https://api.github.com/repos/OWNER/REPO/dispatches'],
    gitlab: ['https://gitlab.com/api/v4/projects/123/pipeline'],
    jenkins: ['https://jenkins.example.com/job/rollback/build'],
    awx: ['https://awx.example.com/api/v2/job_templates/7/launch'],
  }
  for (const [kind, urls] of Object.entries(wrong)) {
    for (const url of urls) assert.doesNotMatch(url, recipeFor(kind).address.pattern, url)
  }
})
