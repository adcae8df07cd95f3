// A crowd in a process of its own, as it would be on machines of its own: told by its arguments where and what to ask,
// with which token, over how many connections, for how many seconds, and how often a second (0: as often as it can).
import autocannon from 'autocannon'

const [url = '', token, connections, duration, overallRate] = process.argv.slice(2)
const headers = { host: 'status.test', authorization: `Bearer ${token}` }
const often = Number(overallRate) > 0 ? { overallRate: Number(overallRate) } : {}
const told = await autocannon({
  url,
  headers,
  connections: Number(connections),
  duration: Number(duration),
  timeout: 30,
  ...often,
})
process.send?.({ answered: told['2xx'], refused: told['5xx'] })
process.disconnect?.()
