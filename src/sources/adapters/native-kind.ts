import type { Adapter, Setup } from '../adapter.ts'
import { native } from './native.ts'

type At = Parameters<Adapter['setup']>[0]

/** What a tool has of its own when all that it sends is the native event, by a kit or a template of ours. */
type NativeKind = Pick<Adapter, 'kind' | 'label' | 'hint' | 'group'> & {
  /** Of `integrations/<kit>`, which the last step points to. */
  kit: string
  steps(at: At): string[]
  /** How to make the tool send a message now. */
  test?: string
}

/** A kind of source for whoever looks for their tool by name: it takes what the native kind takes, as Bearer or Basic. */
export function nativeKind({ kit, steps, test, ...own }: NativeKind): Adapter {
  return {
    ...native,
    ...own,
    setup: (at): Setup => {
      const { curl } = native.setup(at)
      const more = `All that it can be told stands in integrations/${kit}/README.md, which comes with Shiplog.`
      return { steps: [...steps(at), more], curl, ...(test && { test }) }
    },
  }
}
