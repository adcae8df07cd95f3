import pg from 'pg'
import { Refusal } from './refusal.ts'

/** The oldest PostgreSQL that its makers still look after, as `server_version_num` counts. */
const floor = 150_000

/**
 * What each connection is told, in milliseconds where nothing else is said, so that the server itself lets go of what
 * a node held that went silent without a word: paused, or cut off from the network.
 */
const terms = {
  idle_in_transaction_session_timeout: '5000',
  client_connection_check_interval: '2000',
  tcp_keepalives_idle: '3',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '5000',
}

const clients = new Set<pg.ClientBase>()

/** Connections to a PostgreSQL server, made when they are needed. One older than 15 is refused in words. */
export function openPool(connectionString: string): pg.Pool {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    onConnect: (client) => settle(client),
  })
  pool.on('error', () => {}) // an idle connection that dies is replaced at the next query
  pool.on('connect', (client) => {
    clients.add(client)
    client.on('error', () => {}) // one that dies in use fails its queries; unheard, it would end the process too
  })
  pool.on('remove', (client) => clients.delete(client))
  return pool
}

/**
 * Gives up every connection of this process: the server has not answered for seconds, and what waits on a line that
 * was cut without a word would wait for a quarter of an hour. Each query that is under way fails, as it would in a restart.
 */
export function dropConnections() {
  for (const client of clients) cut(client)
}

/** Ends a connection at once, whatever the other side does. */
export function cut(client: pg.ClientBase) {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}

/** Sets the terms of a new connection, more of them or others where given, and refuses a server that is too old. */
export async function settle(client: pg.ClientBase, more: Record<string, string> = {}) {
  const settings = Object.entries({ ...terms, ...more })
  const sets = settings.map(([name, value]) => `set_config('${name}', '${value}', false)`)
  const asked = `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`
  const { rows } = await client.query(asked)
  const { number, version } = rows[0] as { number: number; version: string }
  if (number < floor) {
    throw new Refusal(
      'unavailable',
      `PostgreSQL ${version} is older than 15, the oldest that Shiplog runs on.`,
    )
  }
  await client.query(`select ${sets.join(', ')}`)
}
