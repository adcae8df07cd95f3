import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program to its end and answers its exit code; signals sent to us reach it.
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export function runToEnd(file, args) {
  return new Promise((resolve, reject) => {
    const program = spawn(file, args, { stdio: 'inherit' })
    const release = forwardSignals((signal) => program.kill(signal))
    program.on('error', (error) => reject(new Error(`${file} could not be started: ${error.message}`)))
    program.on('exit', (code, signal) => {
      release()
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}

/** @param {(signal: NodeJS.Signals) => void} forward */
function forwardSignals(forward) {
  /** @param {NodeJS.Signals} signal */
  const hand = (signal) => {
    // A terminal sends Ctrl-C to the program as well, which might take a second one for "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) forward(signal)
  }
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT']
  for (const signal of signals) process.on(signal, hand)
  return () => {
    for (const signal of signals) process.off(signal, hand)
  }
}
