import { parentPort, workerData } from 'node:worker_threads'
import { copyStore } from './copying.ts'

// the copy is made here, so that the thread that answers people never waits for it
try {
  parentPort?.postMessage({ copied: await copyStore(workerData) })
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException
  parentPort?.postMessage({ message, code })
}
