import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fairQueue } from './fair-queue.ts'

test('each sender has its turn, however much another one sends, and each one’s own stay in order', () => {
  const queue = fairQueue<string>({ most: 100, share: 50 })
  for (let count = 0; count < 40; count += 1) queue.add('flood', `flood ${count}`)
  queue.add('other', 'other 0')
  queue.add('third', 'third 0')
  queue.add('other', 'other 1')
  assert.deepEqual(queue.take(4), ['flood 0', 'other 0', 'third 0', 'flood 1'])
  assert.deepEqual(queue.take(3), ['other 1', 'flood 2', 'flood 3'])
  assert.equal(queue.length(), 36)
  assert.equal(queue.take(100).length, 36)
  assert.deepEqual(queue.take(1), [])
})

test('who has its share waiting is told so, and all are when there is no place left', () => {
  const queue = fairQueue<number>({ most: 5, share: 3 })
  const said = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c'].map((sender, at) => queue.add(sender, at))
  assert.deepEqual(said, ['taken', 'taken', 'taken', 'too-many', 'taken', 'taken', 'full', 'full'])
})

test('a queue that knows no senders would let the flood go first, as the first test would see', () => {
  const queue = fairQueue<string>({ most: 100, share: 50 })
  for (const words of ['flood 0', 'flood 1', 'other 0']) queue.add('all', words)
  assert.notDeepEqual(queue.take(2), ['flood 0', 'other 0'])
})
