import { type Config, ConfigError } from '../config.ts'
import type { App } from '../platform/http.ts'

/** Opens the port; one that cannot be had is refused with a sentence. */
export async function listen(app: App, { port, host }: Config) {
  try {
    await app.listen({ port, host })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new ConfigError(`Port ${port} is taken by another program. Choose another: PORT=8081`)
    if (code === 'EACCES')
      throw new ConfigError(`Port ${port} may not be used by this user. Choose one above 1023.`)
    if (code === 'EAFNOSUPPORT' && host === '::') return void (await app.listen({ port, host: '0.0.0.0' }))
    throw error
  }
}

/** Where a browser on this machine finds it, unless it was told its public address. */
export function originOf(app: App, url: string | null): string {
  const address = app.server.address()
  return url ?? `http://localhost:${typeof address === 'object' ? address?.port : ''}`
}

/** The ports at which this process and its store listen. */
export function ownPorts(app: App, { database_url }: Config): number[] {
  const address = app.server.address()
  const served = typeof address === 'object' && address ? [address.port] : []
  const isServer = /^postgres(ql)?:/.test(database_url) && URL.canParse(database_url)
  return isServer ? [...served, Number(new URL(database_url).port || 5432)] : served
}

/** Resolves when somebody wants the process to end. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** How long a stop waits for requests that are still being sent or read. */
const closingMillis = 5_000

/** Answers what was asked, and closes; whoever is not done within a few seconds is cut off. */
export async function closeInTime(app: App) {
  const patience = setTimeout(() => app.server.closeAllConnections(), closingMillis)
  await app.close()
  clearTimeout(patience)
}
