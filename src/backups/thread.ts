import { parentPort, workerData } from 'node:worker_threads'
import { Refusal } from '../platform/refusal.ts'
import { makeBackupHere } from './here.ts'
import type { Told } from './making.ts'

const tell = (told: Told) => parentPort?.postMessage(told)

try {
  const { secret, ...wanted } = workerData // bytes arrive without being a Buffer
  tell({ made: await makeBackupHere({ ...wanted, secret: Buffer.from(secret) }) })
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException
  tell({ message, ...(code ? { code } : {}), refused: error instanceof Refusal })
}
