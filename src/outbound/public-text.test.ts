import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../platform/refusal.ts'
import { publicTexts } from './public-text.ts'

const url = 'https://keys.example/certs'

/** What fetches, and how often it was asked for which address; the clock is moved by hand. */
function fetching(answer: (url: string) => string | null = (url) => `text of ${url}`) {
  const asked: string[] = []
  let now = 0
  const text = async (url: string) => {
    asked.push(url)
    await Promise.resolve()
    const said = answer(url)
    return said === null ? { error: 'It answered 500.', permanent: false } : { text: said }
  }
  const texts = publicTexts(
    () => ({ text }),
    () => now,
  )
  return { asked, texts, wait: (seconds: number) => (now += seconds * 1000) }
}

const refused = (words: RegExp) => (error: unknown) =>
  error instanceof Refusal && error.code === 'unavailable' && words.test(error.message)

test('a text is fetched once for all who wait for it, and kept for an hour', async () => {
  const { asked, texts, wait } = fetching()
  assert.deepEqual(await Promise.all([texts(url), texts(url), texts(url)]), Array(3).fill(`text of ${url}`))
  wait(3599)
  await texts(url)
  assert.equal(asked.length, 1)
  wait(1)
  await texts(url)
  assert.equal(asked.length, 2)
})

test('a failure is remembered for half a minute, and is told as a thing to send again', async () => {
  let down = true
  const { asked, texts, wait } = fetching(() => (down ? null : 'keys'))
  await assert.rejects(texts(url), refused(/could be fetched from keys\.example\. It answered 500/))
  down = false
  wait(29)
  await assert.rejects(texts(url), refused(/It answered 500/))
  assert.equal(asked.length, 1)
  wait(1)
  assert.equal(await texts(url), 'keys')
})

test('who finds nothing in what is kept has it fetched anew, but not more than once a minute', async () => {
  const { asked, texts, wait } = fetching()
  await texts(url)
  for (let tries = 0; tries < 20; tries += 1) await texts(url, true)
  assert.equal(asked.length, 1)
  wait(60)
  for (let tries = 0; tries < 20; tries += 1) await texts(url, true)
  assert.equal(asked.length, 2)
})

test('ever new addresses neither fill the memory nor make us ask without end', async () => {
  const { asked, texts } = fetching()
  for (let each = 0; each < 51; each += 1) await texts(`${url}/${each}`)
  await texts(`${url}/50`)
  assert.equal(asked.length, 51)
  await texts(`${url}/0`)
  assert.equal(asked.length, 52, 'the oldest was forgotten')
  const crowd = await Promise.allSettled(
    Array.from({ length: 100 }, (_, each) => texts(`${url}/crowd/${each}`)),
  )
  assert.equal(crowd.filter(({ status }) => status === 'fulfilled').length, 8)
  assert.equal(asked.length, 60)
})

test('a text stays good when a newer one cannot be had, and that is not tried with every request', async () => {
  let down = false
  const { asked, texts, wait } = fetching(() => (down ? null : 'keys'))
  await texts(url)
  down = true
  wait(61)
  for (let tries = 0; tries < 20; tries += 1) {
    await assert.rejects(texts(url, true), refused(/It answered 500/)) // a key that nobody knows
    assert.equal(await texts(url), 'keys')
  }
  assert.equal(asked.length, 2)
  wait(31)
  down = false
  assert.equal(await texts(url, true), 'keys')
  assert.equal(asked.length, 3)
})

test('addresses where nothing stands push out no text, and one host that is slow leaves room for others', async () => {
  const slow = Promise.withResolvers<string>()
  const { asked, texts } = fetching((url) => (url.includes('/none/') ? null : url))
  await texts(url)
  for (let each = 0; each < 200; each += 1) await assert.rejects(texts(`${url}/none/${each}`))
  await texts(url)
  assert.equal(asked.length, 201, 'the text was still kept')
  const text = async (url: string) => ({ text: url.includes('slow.') ? await slow.promise : 'keys' })
  const busy = publicTexts(() => ({ text }))
  const crowd = Array.from({ length: 50 }, (_, each) => busy(`https://slow.example/${each}`))
  const all = Promise.allSettled(crowd)
  assert.equal(await busy(url), 'keys')
  slow.resolve('')
  assert.equal((await all).filter(({ status }) => status === 'fulfilled').length, 8)
})

test('where nothing is fetched, it says so', async () => {
  await assert.rejects(publicTexts(() => ({}))(url), refused(/Nothing is fetched here/))
})
