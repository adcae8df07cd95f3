import type { Times } from './meter.ts'

export type Value = { value: number; labels?: Record<string, string | number>; metricName?: string }

type Figure = {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  get(): Promise<Omit<Figure, 'get'> & { values: Value[]; aggregator: string }>
}
type Read = () => Value[] | number | null | Promise<Value[] | number | null>

/**
 * Ways to name a figure and how it is read when somebody asks. One that cannot be read, or is not known, is left out:
 * the others are wanted most while the store is broken.
 */
export function makeFigures(register: (figure: Figure) => void) {
  function add(type: Figure['type'], name: string, help: string, read: Read) {
    const values = async () => {
      const given = await Promise.try(read).catch(() => null)
      return typeof given === 'number' ? [{ value: given }] : (given ?? [])
    }
    const said = { name, help, type }
    register({ ...said, get: async () => ({ ...said, aggregator: 'sum', values: await values() }) })
  }
  return {
    counter: (name: string, help: string, read: Read) => add('counter', name, help, read),
    gauge: (name: string, help: string, read: Read) => add('gauge', name, help, read),
    histogram: (name: string, help: string, times: Times) =>
      add('histogram', name, help, () => bucketsOf(name, times)),
  }
}

/** Each bucket counts what took at most so long, those before it included. */
function bucketsOf(name: string, { bounds, counts, sum }: Times): Value[] {
  let below = 0
  const buckets = counts.map((count, at) => {
    below += count
    return { metricName: `${name}_bucket`, labels: { le: bounds[at] ?? '+Inf' }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, value: sum },
    { metricName: `${name}_count`, value: below },
  ]
}
