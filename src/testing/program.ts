import { join } from 'node:path'

/**
 * The words that start the real program as a process of its own, after Node's and before those of its command line. It
 * collects what it throws away less often than it does elsewhere: tests start it many times.
 */
export const program = ['--min-semi-space-size=16', join(import.meta.dirname, '../main.ts')]
