import { connect } from 'node:net'

/**
 * Sends bytes over a bare socket, as no client library would, and answers with all that came back until the server
 * ends the connection, or nothing more came for `quiet` milliseconds.
 */
export function sendBytes(port: number, bytes: string | Buffer, { quiet = 300 } = {}): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      said += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(said))
    socket.setTimeout(quiet, () => said !== '' && socket.destroy())
  })
}

/** The statuses of all answers in what came back. */
export function statusesIn(said: string): number[] {
  return [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}
