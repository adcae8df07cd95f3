import assert from 'node:assert/strict'
import { test } from 'node:test'
import { first, makeLine, operators, visitors } from './line.ts'

/** A line whose clock and whose turns of the event loop are ours. */
function standing() {
  let clock = 0
  const turns: (() => void)[] = []
  const line = makeLine({ present: () => clock, next: (go) => turns.push(go) })
  const done: string[] = []
  const ask = (name: string, rank: typeof first | typeof visitors | typeof operators, takes = 30) =>
    line.enter(rank).then(
      (leave) => {
        clock += takes
        done.push(name)
        leave()
      },
      () => void done.push(`${name} refused`),
    )
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const wait = (milliseconds: number) => {
    clock += milliseconds
  }
  /** Sockets are looked at; whoever waits comes next. */
  async function turn() {
    const due = turns.splice(0)
    for (const go of due) go()
    await settle()
  }
  return { line, ask, done, turn, settle, wait }
}

test('who comes first is let in at once, and only the rest of a turn that has taken long waits', async () => {
  const { ask, done, settle, turn } = standing()
  ask('a', operators, 2)
  await settle()
  ask('b', operators, 4)
  await settle()
  ask('c', operators)
  await settle()
  assert.deepEqual(done, ['a', 'b'])
  await turn()
  assert.deepEqual(done, ['a', 'b', 'c'])
})

test('between two long ones sockets are looked at, and the public goes before operators', async () => {
  const { ask, done, turn, settle } = standing()
  ask('begins', operators)
  await settle()
  for (const name of ['o1', 'o2']) ask(name, operators)
  for (const name of ['v1', 'v2']) ask(name, visitors)
  ask('page', first)
  for (const after of [['page'], ['v1'], ['v2'], ['o1'], ['o2']]) {
    const before = done.length
    await turn()
    assert.deepEqual(done.slice(before), after)
  }
})

test('while connections come no work begins, though not for ever', async () => {
  const { ask, done, line, settle, turn, wait } = standing()
  line.welcome()
  ask('a', operators, 6)
  ask('b', operators)
  await settle()
  line.welcome()
  await turn()
  assert.deepEqual(done, [])
  await turn()
  assert.deepEqual(done, ['a'])
  for (const expected of [1, 2]) {
    line.welcome()
    await turn()
    assert.equal(done.length, expected)
    wait(21)
  }
  line.welcome()
  await turn()
  await turn()
  ask('calm again', operators)
  await settle()
  assert.deepEqual(done, ['a', 'b', 'calm again'])
})

test('a line that is full tells the next to come again, and never one that readers of a page wait for', async () => {
  const { ask, done, line, settle } = standing()
  ask('begins', operators)
  await settle()
  for (let count = 0; count < 150; count += 1) ask('o', operators)
  for (let count = 0; count < 250; count += 1) ask('v', visitors)
  for (let count = 0; count < 500; count += 1) ask('p', first)
  await settle()
  const refused = (name: string) => done.filter((one) => one === `${name} refused`).length
  assert.deepEqual([refused('o'), refused('v'), refused('p')], [50, 50, 0])
  assert.equal(line.load().waiting, 800)
})

test('who has waited too long to be there still makes room', async () => {
  const { ask, done, wait, settle } = standing()
  ask('begins', operators)
  await settle()
  ask('gone', operators)
  wait(5_001)
  ask('new', operators)
  await settle()
  assert.deepEqual(done, ['begins', 'gone refused'])
})

test('however many are let in and leave, twice or not, the line comes to rest', async () => {
  const { line, turn, settle } = standing()
  const leaves = await Promise.all(Array.from({ length: 20 }, () => line.enter(operators)))
  for (const leave of [...leaves, ...leaves]) leave()
  await settle()
  await turn()
  assert.deepEqual(line.load(), { waiting: 0, running: 0 })
})
