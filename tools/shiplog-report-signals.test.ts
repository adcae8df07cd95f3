import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, isHere, type Machine, startMachine } from './machine.ts'

const script = join(import.meta.dirname, '../integrations/shiplog-report/shiplog-report')
const skip = install({ curl: 'curl', dash: 'dash' })
let machine: Machine

before(async () => {
  if (!skip) machine = await startMachine()
})
after(() => machine?.stop())

const settings = () => ({
  SHIPLOG_URL: machine.origin,
  SHIPLOG_TOKEN: machine.secret,
  SHIPLOG_SERVICE: 'shop',
})

test('a signal that comes before the command begins lets it not begin', { skip }, async () => {
  const hanging = await machine.hanging()
  const words = ['run', '--', 'sh', '-c', 'echo deployed']
  const begun = machine.begin('dash', [script, ...words], {
    env: { ...settings(), SHIPLOG_URL: hanging.origin },
  })
  await hanging.heard(1)
  begun.signal('SIGTERM')
  const { signal, out } = await begun.ended
  assert.deepEqual([signal, out], ['SIGTERM', ''])
})

test('at a terminal Ctrl-C reaches the command once, and the run ends as failed', {
  skip: skip || !isHere('script'),
}, async () => {
  const said = join(machine.folder, 'said')
  const deploy = join(machine.folder, 'deploy')
  const counts = "process.on('SIGINT', () => console.log('got it')); console.log('ready')"
  const ends =
    "setTimeout(() => { console.log('over'); process.exitCode = 9; process.removeAllListeners() }, 2000)"
  writeFileSync(said, '')
  writeFileSync(deploy, `${counts}; ${ends}`)
  const waits = (word: string) => `while ! grep -q ${word} '${said}'; do sleep 0.1; done`
  const typed = `${waits('ready')}; printf '\\003'; ${waits('over')}; sleep 1`
  const terminal = `(${typed}) | script -qefc "exec dash '${script}' run --run typed -- '${process.execPath}' '${deploy}'" '${said}'`
  const { code, out } = await machine.run('sh', ['-c', terminal], { env: settings() })
  assert.deepEqual([code, out.match(/got it/g)?.length], [9, 1], out)
  assert.equal((await machine.releases())[0]?.message, 'Interrupted by SIGINT.')
})

test('were the command to ignore Ctrl-C, as what runs beside a shell does, it would be noticed', {
  skip,
}, async () => {
  const deaf = join(machine.folder, 'deaf')
  writeFileSync(deaf, readFileSync(script, 'utf8').replace("then resets='env'", "then resets='nothing'"))
  const begun = machine.begin('dash', [
    deaf,
    'run',
    '--dry-run',
    'sh',
    '-c',
    'echo ready; sleep 1; echo deaf',
  ])
  await begun.until(/ready/)
  begun.interrupt('SIGINT')
  assert.match((await begun.ended).out, /deaf/)
})
