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
  /** The tool posts to the source’s own address; a kit of ours to the one for events. */
  ownAddress?: true
}

/** A kind of source for whoever looks for their tool by name: it takes what the native kind takes, as Bearer or Basic. */
export function nativeKind({ kit, steps, test, ownAddress, ...own }: NativeKind): Adapter {
  return {
    ...native,
    ...own,
    setup: (at): Setup => {
      const { address, curl } = native.setup(at)
      const more = `All that it can be told stands in integrations/${kit}/README.md, which comes with Shiplog.`
      const posted = ownAddress ? at.address : address
      return { address: posted, steps: [...steps(at), more], curl, ...(test && { test }) }
    },
  }
}
