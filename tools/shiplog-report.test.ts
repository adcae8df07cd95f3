import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine } from './machine.ts'

const script = join(import.meta.dirname, '../integrations/shiplog-report/shiplog-report')
const packages = { curl: 'curl', dash: 'dash', bash: 'bash', busybox: 'busybox', mksh: 'mksh', yash: 'yash' }
const skip = install(packages)
const shells = [
  ['dash'],
  ['bash', '--posix'],
  ['bash'],
  ['busybox', 'ash'],
  ['mksh'],
  ['yash'],
  // as on Alpine: no other tools than busybox's own and curl
  ['ash', 'alone'],
]
let machine: Machine
let alone = ''

before(async () => {
  if (skip) return
  machine = await startMachine()
  alone = join(machine.folder, 'busybox')
  mkdirSync(alone)
  spawnSync('busybox', ['--install', '-s', alone])
  symlinkSync(
    spawnSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim(),
    join(alone, 'curl'),
  )
})
after(() => machine?.stop())

type How = { shell?: string[]; env?: NodeJS.ProcessEnv; input?: string }

function begin(words: string[], { shell = ['dash'], env = {}, input = '' }: How = {}) {
  const is_alone = shell.includes('alone')
  const [program = '', ...options] = shell.filter((word) => word !== 'alone')
  const path = is_alone ? { PATH: alone } : {}
  const settings = { SHIPLOG_URL: machine.origin, SHIPLOG_TOKEN: machine.secret, SHIPLOG_SERVICE: 'shop' }
  return machine.begin(is_alone ? join(alone, program) : program, [...options, script, ...words], {
    env: { ...settings, ...path, ...env },
    input,
  })
}
const report = (words: string[], how: How = {}) => begin(words, how).ended

async function release(run: string) {
  const found = (await machine.releases()).filter(({ run_key }) => run_key === run)
  assert.equal(found.length, 1, `the run ${run}`)
  return found[0] as (typeof found)[number]
}

for (const shell of shells) {
  const name = shell.join('-')
  test(`in ${name}: a wrapped deploy keeps its input, output and exit code, and ends as it ended`, {
    skip,
  }, async () => {
    const how = { shell, input: 'typed' }
    const fine = await report(
      ['run', '--run', `${name}-1`, '--version', '1.0', '--', 'sh', '-c', 'cat; echo e >&2'],
      how,
    )
    assert.deepEqual([fine.code, fine.out, fine.err], [0, 'typed', 'e\n'])
    const good = await release(`${name}-1`)
    assert.deepEqual([good.state, good.version, good.message], ['succeeded', '1.0', null])
    assert.ok(good.started_at && good.live_at)

    const bad = await report(['--run', `${name}-2`, 'run', 'sh', '-c', 'exit 7'], how)
    assert.deepEqual([bad.code, bad.out, bad.err], [7, '', ''])
    const failed = await release(`${name}-2`)
    assert.deepEqual([failed.state, failed.message], ['failed', 'It ended with 7.'])
    assert.equal((await report(['run', '--', '/no/such/command'], how)).code, 127)
  })

  test(`in ${name}: a signal is passed on, and the run ends as failed`, { skip }, async () => {
    // Ctrl-C as a terminal sends it, to all; a signal to the wrapper alone; and a deploy that cleans up after itself
    const cleans = 'trap "kill \\$!; sleep 0.2; echo cleaned; exit 9" INT TERM; sleep 30 & echo ready; wait'
    const cases = [
      { run: `${name}-c`, deploy: 'echo ready; exec sleep 30', by: 'SIGINT', to: 'interrupt', ends: 130 },
      { run: `${name}-i`, deploy: 'echo ready; exec sleep 30', by: 'SIGINT', to: 'signal', ends: 130 },
      { run: `${name}-t`, deploy: 'echo ready; exec sleep 30', by: 'SIGTERM', to: 'signal', ends: 143 },
      { run: `${name}-k`, deploy: cleans, by: 'SIGTERM', to: 'signal', ends: 9 },
      { run: `${name}-l`, deploy: cleans, by: 'SIGINT', to: 'signal', ends: 9 },
    ] as const
    await Promise.all(
      cases.map(async ({ run, deploy, by, to, ends }) => {
        const wrapped = begin(['run', '--run', run, '--', 'sh', '-c', deploy], { shell })
        await wrapped.until(/ready/)
        wrapped[to](by)
        const { code, signal, out } = await wrapped.ended
        const deaf = name.endsWith('alone') && ends === 130
        assert.equal(
          signal ? { SIGINT: 130, SIGTERM: 143 }[signal as 'SIGINT'] : code,
          deaf ? 143 : ends,
          run,
        )
        assert.equal(out.includes('cleaned'), ends === 9, run)
        const { state, message } = await release(run)
        assert.deepEqual([state, message], ['failed', `Interrupted by ${by}.`])
      }),
    )
  })

  test(`in ${name}: whatever is said arrives as it was said, and nothing of it is run`, {
    skip,
  }, async () => {
    const hostile = `"; rm -rf / #\n\t$(touch pwned) \`touch pwned\` \\ ' {}[] %s ${'é€😀'} @/etc/passwd\u0001\u001b[31m`
    const words = [
      '--version',
      '"; rm -rf /',
      '--ref',
      hostile.slice(0, 9),
      '--actor',
      '$(id)',
      '--message',
      hostile,
    ]
    const { code, err } = await report(['started', '--run', `${name}-h`, ...words], { shell })
    assert.deepEqual([code, err], [0, ''])
    const told = await release(`${name}-h`)
    assert.deepEqual([told.version, told.ref, told.actor_name], ['"; rm -rf /', '"; rm -rf', '$(id)'])
    assert.equal(told.message, hostile.replace('\u0001', '').replace('\u001b', ''))
    assert.ok(!existsSync(join(machine.folder, 'pwned')))
  })
}

test('all that may be said of a release is understood, and a canary grows', { skip }, async () => {
  const env = {
    SHIPLOG_RUN: 'said',
    SHIPLOG_ENVIRONMENT: 'prod',
    SHIPLOG_COMMIT: 'abcdef1234567',
    SHIPLOG_RUN_URL: 'https://ci.example/7',
  }
  const say = (...words: string[]) => report(words, { env })
  await say(
    'run',
    '--version',
    '2.0',
    '--previous-version',
    '1.9',
    '--percent',
    '10',
    '--rollback',
    'ready=yes',
    '--',
    script,
    'progress',
    '--dark',
  )
  const canary = await release('said')
  assert.deepEqual([canary.state, canary.percent, canary.environment], ['canary', 10, 'production'])
  assert.deepEqual(
    [canary.commit, canary.run_url, canary.rollback?.ready],
    ['abcdef1234567', 'https://ci.example/7', 'yes'],
  )
  await say('progress', '--percent=100', '--dark=false')
  assert.equal((await release('said')).state, 'succeeded')
  await say('rolled_back', '--reason', 'It fell.')
  assert.deepEqual(
    [(await release('said')).state, (await release('said')).reason],
    ['rolled_back', 'It fell.'],
  )
  await report(['succeeded', '--run', 'back', '--version', '1.9', '--kind', 'rollback', '--drill'])
  assert.equal((await release('back')).kind, 'rollback')
})

test('a Shiplog that is down costs nothing; one that hangs costs at most 3 s for each report', {
  skip,
}, async () => {
  const deploy = ['run', '--', 'sh', '-c', 'echo deployed; exit 5']
  const hanging = await machine.hanging()
  const places = [
    { at: await machine.nowhere(), most: 5 },
    { at: (await machine.closing()).origin, most: 5 },
    { at: hanging.origin, most: 11 },
  ]
  const ends = await Promise.all(places.map(({ at }) => report(deploy, { env: { SHIPLOG_URL: at } })))
  for (const [index, { code, out, err, seconds }] of ends.entries()) {
    assert.deepEqual([code, out], [5, 'deployed\n'])
    assert.equal(err.match(/^shiplog-report: Shiplog was not reached/gm)?.length, 2, err)
    assert.ok(seconds < (places[index]?.most ?? 0), `${seconds} s`)
  }
  assert.equal(hanging.taken(), 2)
})

test('the token stands in no list of processes', { skip }, async () => {
  const leaky = join(machine.folder, 'leaky')
  const text = readFileSync(script, 'utf8')
  writeFileSync(leaky, text.replace('curl -q -K -', 'curl -q -K - -H "X-Token: $2"'))
  assert.deepEqual(await whoShows(['dash', script]), [])
  assert.deepEqual(await whoShows(['mksh', script]), [])
  assert.equal((await whoShows(['dash', leaky])).length, 1)
})

/** The processes that show the token while a report hangs. */
async function whoShows([shell = '', file = '']: string[]) {
  const hanging = await machine.hanging()
  const env = { SHIPLOG_URL: hanging.origin, SHIPLOG_TOKEN: machine.secret, SHIPLOG_SERVICE: 'shop' }
  const begun = machine.begin(shell, [file, 'started'], { env })
  await hanging.heard(1)
  const lines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readable(`/proc/${pid}/cmdline`))
  assert.ok(lines.some((line) => line.startsWith('curl')))
  await begun.stop()
  return lines.filter((line) => line.includes(machine.secret))
}

function readable(file: string) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

test('a setting that is wrong breaks no deploy, and says what is wrong in one line', { skip }, async () => {
  const deploy = ['run', '--', 'sh', '-c', 'exit 3']
  for (const [env, words] of [
    [{ SHIPLOG_URL: '' }, /SHIPLOG_URL is not set/],
    [{ SHIPLOG_TOKEN: '' }, /there is no SHIPLOG_TOKEN/],
    [{ SHIPLOG_TOKEN: 'slk_wrong' }, /did not take release\.started \(401\): This is not a valid secret/],
    [{ SHIPLOG_URL: 'file:///etc/passwd' }, /not reached/],
    [{ SHIPLOG_SERVICE: '' }, /say which --service/],
    [{ SHIPLOG_SERVICE: 'stranger' }, /no component for stranger yet/],
    [{ SHIPLOG_PERCENT: 'most' }, /^$/],
  ] as const) {
    const { code, err } = await report(deploy, { env })
    assert.equal(code, 3)
    assert.match(err, words)
    assert.ok(err.split('\n').length <= 3, err)
  }
  const odd = await report(['run', '--colour', 'red', '--', 'sh', '-c', 'exit 4'])
  assert.deepEqual([odd.code, /there is no option --colour/.test(odd.err)], [4, true])
  const lacking = await report(['run', '--version', '--commit', 'c1', 'sh', '-c', 'exit 4'])
  assert.deepEqual([lacking.code, /--version lacks its value/.test(lacking.err)], [4, true])
  assert.equal((await report(['run'])).code, 2)
})

test('a report by itself never fails, unless it is strict; a dry run reports nothing', { skip }, async () => {
  const off = { SHIPLOG_URL: await machine.nowhere() }
  assert.equal((await report(['started'], { env: off })).code, 0)
  assert.equal((await report(['suceeded'])).code, 0)
  assert.equal((await report(['started', '--strict'], { env: off })).code, 1)
  assert.notEqual((await report(['suceeded', '--strict'])).code, 0)
  assert.notEqual((await report(['ping'], { env: off })).code, 0)
  const ping = await report(['ping'])
  assert.deepEqual([ping.code, ping.err], [0, 'shiplog-report: Shiplog heard it.\n'])

  const before = (await machine.releases()).length
  const dry = await report(['--dry-run', 'run', '--', 'sh', '-c', 'echo ran'])
  assert.deepEqual([dry.code, dry.out], [0, 'ran\n'])
  assert.equal(dry.err.match(/would report \{"type":"release\.(started|succeeded)"/g)?.length, 2)
  assert.equal((await machine.releases()).length, before)
})
