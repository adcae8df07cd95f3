import { Agent, request } from 'node:http'
import autocannon from 'autocannon'

/** Requests for one page over 32 connections for some seconds: how many a second, and the slowest hundredth in ms. */
export async function readPage(url: string, seconds: number) {
  const result = await autocannon({ url, connections: 32, duration: seconds })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} wrong answers, ${result.errors} errors.`)
  return { per_second: result.requests.average, p99_ms: result.latency.p99 }
}

/** Posts events at a steady pace, whatever the answers take: the milliseconds from each post to its acknowledgement. */
export async function postEvents(
  origin: string,
  token: string,
  perSecond: number,
  seconds: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const began = performance.now()
  const posts: Promise<number>[] = []
  for (let sent = 0; sent < perSecond * seconds; sent += 1) {
    const due = began + (sent * 1000) / perSecond
    const wait = due - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    posts.push(postOne(agent, origin, token, sent))
  }
  const took = await Promise.all(posts)
  agent.destroy()
  return took
}

/** The Northwind components: a team of that size releases all of them, not one of them 200 times a second. */
const services = [
  'storefront',
  'checkout',
  'search',
  'payments',
  'webhooks',
  'accounts',
  'notifications',
  'stock',
  'reports',
]

function postOne(agent: Agent, origin: string, token: string, number: number): Promise<number> {
  const event = {
    type: number % 2 === 0 ? 'release.started' : 'release.succeeded',
    run: `bench-${Math.floor(number / 2)}`,
    service: services[number % services.length],
    version: `1.0.${Math.floor(number / 2)}`,
    at: new Date().toISOString(),
  }
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': `bench-${number}`,
  }
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const post = request(`${origin}/api/v1/events`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        if (answer.statusCode === 202) resolve(performance.now() - began)
        else reject(new Error(`A post was answered ${answer.statusCode}.`))
      })
    })
    post.on('error', reject)
    post.end(JSON.stringify(event))
  })
}
