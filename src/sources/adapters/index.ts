import type { Adapter } from '../adapter.ts'
import { github } from './github.ts'
import { native } from './native.ts'

/** Every tool that Shiplog understands; a new one adds its line here. */
const adapters: readonly Adapter[] = [native, github]

/** The adapter for a kind of source; the built-in source `api` speaks the native format. */
export function adapterFor(kind: string): Adapter | null {
  return adapters.find((adapter) => adapter.kind === (kind === 'api' ? 'native' : kind)) ?? null
}

/** The kinds an operator can choose from. */
export const sourceKinds = adapters.map(({ kind, label, hint }) => ({ kind, label, hint }))
