import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPuppetReport } from './puppet-report.ts'

const head = '--- !ruby/object:Puppet::Transaction::Report\nhost: web1\nstatus: changed\n'
const read = (text: string) => readPuppetReport(Buffer.from(text))
const saidBy = (text: string) => {
  const said = read(text)
  assert.ok(said.ok, JSON.stringify(said))
  return said.value as Record<string, unknown>
}
const captured = JSON.parse(
  readFileSync(join(import.meta.dirname, 'adapters/fixtures/puppet-failed.json'), 'utf8'),
)

test('of a report nothing is read but who, when, which version, how it went, and its counts', () => {
  const said = saidBy(captured.text)
  assert.deepEqual(Object.keys(said).sort(), [
    'configuration_version',
    'environment',
    'host',
    'metrics',
    'noop',
    'status',
    'time',
    'transaction_completed',
    'transaction_uuid',
  ])
  assert.doesNotMatch(JSON.stringify(said), /bin\/false/)
})

test('a version is a number or a text, as it is written', () => {
  assert.equal(saidBy(`${head}configuration_version: 1795656942\n`).configuration_version, 1795656942)
  assert.equal(saidBy(`${head}configuration_version: '1795656942'\n`).configuration_version, '1795656942')
  assert.equal(saidBy(`${head}configuration_version: v1.4.2\n`).configuration_version, 'v1.4.2')
})

test('aliases are not followed, depth and length do not matter, and nothing of it takes long', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
    'c: [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
  ]
  const hostile = {
    'a bomb outside of what is read': head + bomb.join('\n'),
    'a bomb in the metrics': `${head}metrics:\n  ${bomb.join('\n  ')}\nend: 1\n`,
    'an alias at the edge': `${head}time: &a x\nenvironment: *a\n`,
    'brackets in the metrics': `${head}metrics:\n  time: ${'['.repeat(500)}\nend: 1\n`,
    'brackets in metrics that nobody reads': `${head}metrics:\n  changes:\n    a: ${'['.repeat(500)}\nend: 1\n`,
    'brackets on many lines': `${head}metrics:\n${`  ${'['.repeat(900)}\n`.repeat(100)}end: 1\n`,
    'brackets at the edge': `${head}code_id: ${'['.repeat(900)}\n`,
    'keys that are collections': `${head}metrics:\n${`  ${'? '.repeat(490)}x\n`.repeat(200)}end: 1\n`,
    'keys that are collections, a list further in': `${head}metrics:\n${`  -   ${'? '.repeat(490)}x\n`.repeat(200)}end: 1\n`,
    'tabs between': `${head}metrics:\n${`  -\t${'?\t'.repeat(490)}x\n`.repeat(200)}end: 1\n`,
    'many lists in each line': `${head}metrics:\n${`  ${'-  '.repeat(300)}x\n`.repeat(900)}end: 1\n`,
    'one name a thousand times, with keys in it': `${head}${`code_id: ${'a: '.repeat(300)}\n`.repeat(1000)}`,
    dashes: `${head}metrics:\n  ${'- '.repeat(490)}x\nend: 1\n`,
    'a deep stair': `${head}metrics:\n${Array.from({ length: 900 }, (_, at) => `${' '.repeat(at + 1)}a:`).join('\n')}\nend: 1\n`,
    'a long line': `${head}code_id: ${'x'.repeat(2 ** 20)}\n`,
    'many lines': head + 'host: x\n'.repeat(200_000),
    'logs of megabytes': `${head}logs:\n${'- message: "x"\n'.repeat(400_000)}noop: false\n`,
    'endless metrics': `${head}metrics:\n${'  - 1\n'.repeat(400_000)}`,
    'keys of objects': `${head}metrics:\n  __proto__:\n    polluted: 1\nend: 1\n`,
  }
  const began = process.cpuUsage()
  for (const [what, text] of Object.entries(hostile)) {
    const deeper = text.replaceAll(/^ {2}/gm, '    ').replace('metrics:\n', 'metrics:\n  resources:\n')
    for (const said of [read(text), read(deeper)]) {
      assert.ok(said.ok || said.reason.length > 10, what)
      assert.ok(JSON.stringify(said).length < 100_000, what)
    }
    // counted before they are parsed: a parser that recurses is never asked
    const counted = /brackets (?!in metrics that)/.test(what) ? [text, deeper] : []
    for (const said of counted.map(read))
      assert.ok(!said.ok && /not how Puppet writes/.test(said.reason), what)
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  const { user } = process.cpuUsage(began)
  assert.ok(user < 2_000_000, `${user} µs`)
})

test('an alias that were followed would show: the parser alone follows it', async () => {
  const { parse } = await import('yaml')
  const text = 'time: &a x\nenvironment: *a\n'
  assert.equal(parse(text).environment, 'x')
  assert.notDeepEqual(read(head + text), {
    ok: true,
    value: { host: 'web1', status: 'changed', ...parse(text) },
  })
})

test('what no store can keep is mended, and what is no report is refused in words', () => {
  assert.equal(saidBy(`${head}code_id: "a\\0b\\uD800"\n`).code_id, 'a\uFFFDb\uFFFD')
  for (const text of ['', '{}', 'host: web1', '--- !ruby/object:Gem::Requirement\nhost: x\n', '\uFFFF']) {
    const said = read(text)
    assert.ok(!said.ok && /Puppet report/.test(said.reason), text)
  }
  const broken = read(`${head}time: 'never ends\n`)
  assert.ok(!broken.ok)
})
