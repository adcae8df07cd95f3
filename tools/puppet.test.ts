import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine } from './machine.ts'

const skip = install({ puppet: 'puppet-agent' })
const commit = '28e3a861c0ffee00d15ea5edeadbeef012345678'
const kit = join(import.meta.dirname, '../integrations/puppet/puppet.conf')
let machine: Machine

before(async () => {
  if (!skip) machine = await startMachine({ kind: 'puppet', components: ['Puppet'] })
})
after(async () => machine?.stop())

/** Applies a manifest as a node does, and reports over http as a source’s page says. */
async function applies(
  certname: string,
  manifest: string,
  { words = [] as string[], origin = machine.origin, code = 0 } = {},
) {
  const environment = join(machine.folder, 'environments/production')
  mkdirSync(environment, { recursive: true })
  writeFileSync(join(environment, 'environment.conf'), `config_version = /bin/echo ${commit}\n`)
  const path = new URL(machine.source.address).pathname
  const reporturl = origin.replace('://', `://shiplog:${machine.secret}@`) + path
  const at = (name: string) => join(machine.folder, certname, name)
  const where = ['--confdir', at('conf'), '--vardir', at('var'), '--environmentpath', join(environment, '..')]
  const reports = ['--certname', certname, '--reports', 'http', '--reporturl', reporturl]
  const how = ['apply', '--detailed-exitcodes', ...where, ...reports, ...words, '-e', manifest]
  const done = await machine.run('puppet', how)
  assert.equal(done.code, code, done.out + done.err)
  return done
}

const file = (name: string, content = 'one') =>
  `file { '${join(machine.folder, name)}': content => '${content}' }\n`

test('nodes that Puppet changes are one release, and one that fails is counted', { skip }, async () => {
  await applies('web1.example.com', file('a'), { code: 2 })
  const [first, ...none] = await machine.releases()
  assert.deepEqual(none, [])
  assert.deepEqual([first?.state, first?.commit, first?.nodes?.heard], ['succeeded', commit, 1])

  await applies('web2.example.com', `${file('b')} exec { '/bin/false': }`, { code: 6 })
  const [part] = await machine.releases()
  assert.deepEqual([part?.state, part?.percent, part?.message], ['canary', 50, '1 of 2 nodes, 1 failed'])
  assert.deepEqual(part?.nodes?.failing, ['web2.example.com'])

  await applies('web2.example.com', file('c'), { code: 2 })
  const [whole] = await machine.releases()
  assert.deepEqual([whole?.id, whole?.state, whole?.message], [first?.id, 'succeeded', '2 nodes'])
})

test('nodes that stay as they are, and runs that only try, make no release', { skip }, async () => {
  const before = await machine.releases()
  await applies('web1.example.com', file('a'))
  await applies('web1.example.com', file('a', 'two'), { words: ['--noop'] })
  const { data } = await machine.api<{ data: { reason: string | null }[] }>(
    '/api/v1/deliveries?state=ignored',
  )
  assert.deepEqual(data.map(({ reason }) => reason?.replace(/[:(].*/, '').trim()).sort(), [
    'web1.example.com is unchanged',
    'web1.example.com only tried it',
  ])
  assert.deepEqual(await machine.releases(), before)
})

test('a Shiplog that is down, falls over or hangs changes nothing of what Puppet does', {
  skip,
}, async () => {
  const conf = join(machine.folder, 'web3.example.com/conf')
  mkdirSync(conf, { recursive: true })
  const [clocks] = /^\[user\](\n.+)+/m.exec(readFileSync(kit, 'utf8')) ?? ['']
  writeFileSync(join(conf, 'puppet.conf'), clocks)
  const nowhere = await machine.nowhere()
  const [closing, hanging] = [await machine.closing(), await machine.hanging()]
  for (const [index, origin] of [nowhere, closing.origin, hanging.origin].entries()) {
    const { seconds } = await applies('web3.example.com', file(`d${index}`), { origin, code: 2 })
    assert.ok(seconds < 60, 'ten minutes are what Puppet waits by itself')
  }
  assert.ok((await machine.releases()).every(({ nodes }) => nodes?.heard === 2))
})
