import { Worker } from 'node:worker_threads'
import { Refusal } from '../platform/refusal.ts'
import type { Made, Wanted } from './here.ts'

export type Told = { made: Made } | { message: string; code?: string; refused: boolean }

/**
 * Makes a backup beside whoever writes to the store, in a thread of its own: the thread that answers people never waits
 * for the disk. Returns the backup's folder.
 */
export function makeBackup(wanted: Wanted): Promise<Made> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: wanted })
    thread.once('message', (told: Told) => {
      if ('made' in told) return resolve(told.made)
      const { message, code, refused } = told
      reject(refused ? new Refusal('unavailable', message) : Object.assign(new Error(message), { code }))
    })
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`The thread that makes the backup ended (${code}).`)))
  })
}
