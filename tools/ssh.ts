import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import { nowhere } from './wires.ts'

/** What a machine needs to open a shell. */
export const sshPrograms = { sshd: 'openssh-server', 'ssh-keygen': 'openssh-client' }

/** An ssh server of the machine's own, on loopback, with keys of its own. It ends with the machine. */
export async function openShell(machine: Machine) {
  const { folder } = machine
  const { port } = new URL(await nowhere())
  for (const name of ['host', 'user']) {
    const made = await machine.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', name])
    assert.equal(made.code, 0, made.err)
  }
  copyFileSync(join(folder, 'user.pub'), join(folder, 'authorized'))
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    `PidFile ${folder}/pid`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
  ]
  writeFileSync(join(folder, 'sshd.conf'), lines.join('\n'))
  const sshd = machine.begin('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd.conf')])
  await sshd.until(/Server listening/)
  const user = userInfo().username
  return { port, user, key: join(folder, 'user'), host: `${user}@127.0.0.1:${port}` }
}
