/** Every way in which the product says no; `errors.ts` maps each to a status. */
const refusalCodes = [
  'unreadable',
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'stale',
  'gone',
  'too-large',
  'unsupported',
  'too-many',
  'read-only',
  'unavailable',
  'busy',
] as const
export type RefusalCode = (typeof refusalCodes)[number]

/** The product saying no, in words for the person who asked. `extra` travels to problem JSON and to error pages. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly extra: Record<string, unknown>

  constructor(code: RefusalCode, words: string, extra: Record<string, unknown> = {}) {
    super(words)
    this.name = 'Refusal'
    this.code = code
    this.extra = extra
  }
}
