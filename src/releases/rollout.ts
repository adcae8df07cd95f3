import type { NodeState } from '../sources/events.ts'
import { inToldOrder, type RunEvent } from './order.ts'

/** What many nodes say together of one release. */
export type Nodes = { heard: number; ok: number; failed: number; failing: string[] }

const mostNamed = 20
const ends: readonly string[] = ['release.succeeded', 'release.failed']

/**
 * Events of which each is one node's, in the order they are told, as what the run became with each: where some nodes
 * have it and some failed, that share of the customers has it; where none has it, it failed. What a node says again
 * stands in place of what it said before. Events of no node stay as they are.
 */
export function asRollout(told: readonly RunEvent[]): readonly RunEvent[] {
  if (!told.some(isOfNode)) return told
  const fleet = newFleet()
  return told.map((event) => (isOfNode(event) ? fleet.tell(event) : event))
}

/** How many nodes were heard of and how they are; null where no node spoke for itself. */
export function nodesOf(events: readonly RunEvent[]): Nodes | null {
  const told = events.filter(isOfNode).sort(inToldOrder)
  if (told.length === 0) return null
  const states = new Map(told.map(({ facts }) => [facts.node.name, facts.node.state]))
  const failing = [...states].filter(([, state]) => state === 'failed').map(([name]) => name)
  const failed = failing.length
  const { size: heard } = states
  return { heard, ok: heard - failed, failed, failing: failing.sort().slice(0, mostNamed) }
}

/** "11 of 12 nodes, 1 failed". */
export function nodesWords({ heard, ok, failed }: Omit<Nodes, 'failing'>): string {
  if (failed === 0) return heard === 1 ? '1 node' : `${heard} nodes`
  return `${ok} of ${heard} nodes, ${failed} failed`
}

/**
 * The events of nodes that tell nothing: a node that reports every half an hour says the same for years. When it first
 * and when it last said so is all that counts, in whatever order its reports come.
 */
export function surplusOf(events: readonly RunEvent[]): RunEvent[] {
  const seen = new Map<string, RunEvent[]>()
  for (const event of events.filter(isOfNode).sort(inToldOrder)) {
    const { name, state } = event.facts.node
    const same = seen.get(`${state} ${name}`) ?? []
    seen.set(`${state} ${name}`, same)
    same.push(event)
  }
  return [...seen.values()].flatMap((same) => same.slice(1, -1))
}

type OfNode = RunEvent & { facts: { node: { name: string; state: NodeState } } }

function isOfNode(event: RunEvent): event is OfNode {
  return event.facts.node !== undefined && ends.includes(event.type)
}

function newFleet() {
  const { count, place } = newRoll()
  let started_at: string | undefined
  let everybody_at: string | null = null
  let isHealed = false
  let isParted = false

  /** What the run is once this node has spoken. */
  function tell(event: OfNode): RunEvent {
    if (place(event.facts.node)) isHealed = true
    const { effective_at, facts } = event
    const said = facts.started_at ?? effective_at
    started_at = started_at && started_at < said ? started_at : said
    if (count.failed === 0) {
      if (everybody_at === null || isHealed) everybody_at = effective_at
      isHealed = false
    }
    isParted ||= count.ok > 0 && count.failed > 0
    const finished_at = count.failed === 0 && everybody_at ? everybody_at : effective_at
    const percent = isParted ? { percent: (100 * count.ok) / count.heard } : {}
    const type = count.ok > 0 ? 'release.succeeded' : 'release.failed'
    return {
      ...event,
      type,
      facts: { ...facts, started_at, finished_at, message: nodesWords(count), ...percent },
    }
  }
  return { tell }
}

function newRoll() {
  const nodes = new Map<string, { state: NodeState; had: boolean }>()
  const count = { heard: 0, ok: 0, failed: 0 }

  /** Whether it gets at last what it never had; one that comes back to what it had makes nothing new. */
  function place({ name, state }: OfNode['facts']['node']): boolean {
    const was = nodes.get(name)
    if (was) count[was.state] -= 1
    else count.heard += 1
    count[state] += 1
    nodes.set(name, { state, had: was?.had === true || state === 'ok' })
    return state === 'ok' && was !== undefined && !was.had
  }
  return { count, place }
}
