import fc from 'fast-check'
import type { TestApp } from './http.ts'
import { noun, type Operation, operations, pages } from './same-operations.ts'
import type { World } from './world.ts'

/** One thing that is done or asked: which, and the numbers and words that it takes. */
export type Step = { which: number; numbers: number[]; words: string[]; minutes: number }
export type Side = Awaited<ReturnType<typeof sideOf>>
type Sent = { method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; url: string; body?: object }

/** Where stores differ if they differ: capitals, digits, accents, marks of LIKE, what only looks alike. */
const oddWords =
  'a|A|b|B|Z|z|ä|Ä|é|e\u0301|ß|ss|İ|i|ı|10|9|_|%|a%|a_|~|-|.|ﬁ|Ω|😀|中|O\u2019Neill|\\|\'|"|<b>'.split('|')
const anyWords = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...oddWords) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...oddWords), fc.constantFrom(...oddWords))
      .map(([a, b]) => `${a} ${b}`),
  },
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
)

/** Sequences of things that are done, each with what they need; the numbers choose among what is there by then. */
const sequences = (among: Operation[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      which: fc.constantFrom(...among.map((one) => operations.indexOf(one))),
      numbers: fc.array(fc.nat({ max: 999 }), { minLength: 6, maxLength: 6 }),
      words: fc.array(anyWords, { minLength: 3, maxLength: 3 }),
      minutes: fc.nat({ max: 90 }),
    }),
    { minLength: 4, maxLength: 12, size: 'max' },
  )

/** A server on a store, with what its answers have named so far. */
export async function sideOf(ship: World, server: TestApp) {
  ship.at('2027-03-01T12:00:00.000Z')
  const authorization = await server.token('admin')
  const admin = await server.signedIn('admin')
  const named = new Map<string, number>()
  const known = new Map<string, string[]>()

  /** What is there of a noun by a number; a made-up id while there is nothing. */
  const one = (of: string, number: number) => {
    const all = known.get(of) ?? []
    return all[number % (all.length || 1)] ?? `no-such-${of}`
  }

  async function send({ method, url, body }: Sent) {
    if (url.startsWith('/admin') && method === 'POST') return admin.post(url, body as Record<string, string>)
    if (url.startsWith('/admin')) return admin.get(url)
    const headers = { authorization, ...(body ? { 'content-type': 'application/json' } : {}) }
    return server.inject({ method, url, headers, ...(body ? { payload: JSON.stringify(body) } : {}) })
  }

  /** Ids are made anew on each side; what was born third here is the same as what was born third there. */
  const told = (text: string) =>
    text
      .replaceAll('%2F', '/')
      .replace(/(?<![a-zA-Z0-9])[a-z0-9]{12}(?![a-zA-Z0-9])/g, (id) => {
        if (!isOfToday(id)) return id
        if (!named.has(id)) named.set(id, named.size + 1)
        return `id${named.get(id)}`
      })
      .replace(/\b20(?!27-)\d\d-\d\d-\d\dT[\d:.]+Z/g, 'when the store was made')
      .replace(/(cursor["=:]+)[\w%-]+/g, '$1…')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'request')
      .replace(/name="_csrf" value="[^"]+"/g, 'form token')
      .replace(/(?:slk_|whsec_|shl_)[\w+/=-]+/g, 'secret')
      .replace(/"(?:secret|seal|head)":"[^"]+"/g, 'secret')

  /** Does one thing, follows the list it may begin, and answers all that was said. */
  async function does(step: Step): Promise<string> {
    ship.wait(step.minutes)
    const operation = operations[step.which]
    if (!operation) return ''
    const sent = operation(step, one, ship.now())
    let said = ''
    let answer = await send(sent)
    said += told(
      `${sent.method} ${sent.url} ${answer.statusCode} ${answer.headers.location ?? ''}\n${answer.body}`,
    )
    const isJson = String(answer.headers['content-type']).includes('json')
    if (isJson && sent.method !== 'GET' && answer.body) learn(sent.url, answer.json())
    for (let times = 0; isJson && sent.method === 'GET' && times < 9; times += 1) {
      const next = answer.json()?.next_cursor
      if (!next) break
      answer = await send({ ...sent, url: `${sent.url}&cursor=${encodeURIComponent(next)}` })
      said += told(answer.body)
    }
    return said
  }

  function learn(url: string, body: Record<string, unknown>) {
    const add = (of: string, id: unknown) => {
      const all = known.get(of) ?? []
      if (typeof id === 'string' && !all.includes(id)) known.set(of, [...all, id])
    }
    add(noun(url), body.id)
    add('release', body.release)
    for (const update of (body.updates as { id: string }[] | undefined) ?? []) add('update', update.id)
  }

  /** What everybody can see in the end, on two of the pages: another two for another `number`. */
  async function shows(number: number): Promise<string[]> {
    const seen: string[] = []
    for (const url of [...pages, ...pages].slice(number % pages.length).slice(0, 2)) {
      const { statusCode, body } = await send({ method: 'GET', url })
      seen.push(told(`${url} ${statusCode}\n${body}`))
    }
    return seen
  }

  return { does, shows }
}

/** An id begins with the millisecond it was made in; the store itself may have been made some time before the test. */
function isOfToday(id: string): boolean {
  return Math.abs(Number.parseInt(id.slice(0, 8), 36) - Date.now()) < 86_400_000
}

/** For fast-check: no sequence makes a difference between the two stores. */
export function answeredAlike(both: { fresh(): Promise<[Side, Side]> }, among = operations) {
  return fc.asyncProperty(sequences(among), async (steps) => {
    const difference = await firstDifference(await both.fresh(), steps)
    if (difference) throw new Error(difference)
  })
}

/** Runs one sequence on both sides; the first difference, in words, or null. */
async function firstDifference(sides: [Side, Side], steps: Step[]): Promise<string | null> {
  const [here, there] = sides
  for (const step of steps) {
    const [one, other] = await Promise.all([here.does(step), there.does(step)])
    const difference = differ(one, other)
    if (difference) return difference
  }
  const number = steps[0]?.numbers[0] ?? 0
  const [seen, other] = await Promise.all([here.shows(number), there.shows(number)])
  return seen.map((page, index) => differ(page, other[index] ?? '')).find((found) => found !== null) ?? null
}

function differ(one: string, other: string): string | null {
  if (one === other) return null
  let at = 0
  while (one[at] === other[at]) at += 1
  const around = (text: string) => text.slice(Math.max(0, at - 160), at + 160)
  return `${one.split('\n', 1)[0]}\n  one store: …${around(one)}…\n  the other: …${around(other)}…`
}
