import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../platform/http.ts'
import { isOfTheStore } from '../platform/store-fault.ts'

/** How long something took, told apart by upper bounds (seconds); the last count is for what took longer. */
export type Times = { bounds: readonly number[]; counts: number[]; sum: number }

/** The newest that took a commit, in seconds, in turn. */
const kept = 1000

/**
 * What is counted while the server serves, as plain numbers: a step more than this would be felt on the public page.
 * `metrics.ts` turns them into what Prometheus reads, when it asks.
 */
export function makeMeter() {
  const commits = timesWith([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5])
  const recent: number[] = []
  let made = 0
  const meter = {
    /** By method and route, the answers of each hundred of statuses. */
    requests: new Map<string, number[]>(),
    /** Answers that were ready as bytes, by hundreds of statuses. */
    ready: [0, 0, 0, 0, 0, 0],
    acknowledgements: timesWith([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]),
    renders: timesWith([0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]),
    commits,
    /** When (milliseconds) the store last failed at what was asked, and how; null since it worked again. */
    fault: null as { at: number; error: unknown } | null,
    committed(milliseconds: number) {
      note(commits, milliseconds / 1000)
      recent[made++ % kept] = milliseconds / 1000
      meter.fault = null
    },
    /** The time under which this share of the last thousand commits stayed, in seconds; null before the first. */
    commitsWithin(share: number): number | null {
      if (recent.length === 0) return null
      const sorted = recent.toSorted((one, other) => one - other)
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
    },
  }
  return meter
}

export type Meter = ReturnType<typeof makeMeter>

function timesWith(bounds: number[]): Times {
  return { bounds, counts: [...bounds, 0].fill(0), sum: 0 }
}

function note(times: Times, seconds: number) {
  const { bounds, counts } = times
  let at = 0
  while (at < bounds.length && seconds > (bounds[at] as number)) at += 1
  counts[at] = (counts[at] ?? 0) + 1
  times.sum += seconds
}

/** Counts whatever the framework answers, and how long it took. What is ready as bytes is counted by `front.ts`. */
export function registerMeter(app: App, meter: Meter) {
  app.addHook('onResponse', (request, reply, done) => {
    if (request.reader_origin !== undefined) note(meter.renders, reply.elapsedTime / 1000)
    else count(meter, request, reply)
    done()
  })
  app.addHook('onError', (_request, _reply, error, done) => {
    if (isOfTheStore(error)) meter.fault = { at: Date.now(), error }
    done()
  })
}

function count(
  { requests, acknowledgements }: Meter,
  { method, routeOptions }: FastifyRequest,
  reply: FastifyReply,
) {
  const { url, config } = routeOptions
  // an address that is none could be anything, and a method too: each would be a series of its own
  const key = url === undefined ? '- (none)' : `${method} ${url}`
  const answers = requests.get(key) ?? [0, 0, 0, 0, 0, 0]
  const hundreds = Math.min(5, Math.floor(reply.statusCode / 100))
  answers[hundreds] = (answers[hundreds] ?? 0) + 1
  requests.set(key, answers)
  const taken = hundreds === 2 && config.policy?.who === 'signed'
  if (taken) note(acknowledgements, reply.elapsedTime / 1000)
}
