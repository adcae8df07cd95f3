import type { Read, Translation } from '../adapter.ts'
import { membersOf } from '../known.ts'
import { native } from './native.ts'

/**
 * Our own event inside an envelope of somebody else's: the envelope says what happened and when, its data the rest.
 * `type` is one of ours, such as `release.succeeded`; what the data itself says of the time stands above `at`.
 */
export function fromNative(incoming: Read, type: string, data: unknown, at: string | undefined): Translation {
  const event = { ...(at && { at }), ...membersOf(data), type }
  const said = native.translate({ ...incoming, json: event })
  if (!('invalid' in said)) return said
  const wrong = Object.entries(said.fields ?? {}).map(([name, words]) => `${name}: ${words}`)
  return { invalid: [said.invalid, ...wrong].join(' ').slice(0, 500) }
}
