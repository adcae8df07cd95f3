import { Refusal } from './refusal.ts'

/**
 * Who goes first when there is more to do than can be done: what renews a public page that readers wait for, what
 * else the public asks for, and last what operators and programs with a token ask for.
 */
export const first = 0
export const visitors = 1
export const operators = 2
type Rank = typeof first | typeof visitors | typeof operators

type Waiting = { since: number; go(): void; refuse(error: Refusal): void }

export type Line = ReturnType<typeof makeLine>

/** How long (milliseconds) work may go on before sockets are looked at again, which answers ready pages. */
const turn = 5
/** How long (milliseconds) work waits at most while connections come: each look at the sockets takes only one of them. */
const longestWelcome = 20
/** What runs at once: more than those who wait for a password to be hashed (`passwords.ts`), so that they fill no line. */
const atOnce = 32
/** How many wait, by rank. A page that has to be renewed is never refused: there are only so many of them. */
const mostWaiting = [Number.POSITIVE_INFINITY, 200, 100]
/** Nobody is still there to read an answer that comes later (milliseconds). */
const longest = 5_000

/**
 * One line before everything that has to be worked out, so that a crowd at the operators' pages or the API never
 * keeps a reader from a page that is ready: this process does one thing at a time, and looks at its sockets only
 * between two things. Whoever finds the line full is told to come again.
 */
export function makeLine({
  present = () => performance.now(),
  next = setImmediate as (go: () => void) => unknown,
} = {}) {
  const waiting: Waiting[][] = [[], [], []]
  let running = 0
  let began: number | null = null
  let isTurning = false
  let someoneCame = false
  let putOff: number | null = null

  /** Work that began in this turn of the event loop is counted until the turn is over. */
  function hasTime() {
    if (someoneCame && waitsForThem()) return false
    began ??= present()
    turnSoon()
    return present() - began < turn
  }

  /** Whether work waits for connections that come: else who connects after a crowd waits a whole turn for each of them. */
  function waitsForThem() {
    putOff ??= present()
    return present() - putOff < longestWelcome
  }

  function turnSoon() {
    if (isTurning) return
    isTurning = true
    next(turned)
  }

  function turned() {
    isTurning = false
    began = null
    const comeAgain = someoneCame && waiting.some(({ length }) => length > 0) && waitsForThem()
    someoneCame = false
    if (comeAgain) turnSoon()
    else letOneIn()
  }

  /** One at a time: what it does is only known to have taken long once it was done. */
  function letOneIn() {
    const lane = waiting.find(({ length }) => length > 0)
    if (lane && running < atOnce && hasTime()) begin(lane.shift())
  }

  function begin(one?: { go(): void }) {
    putOff = null
    one?.go()
  }

  function leave() {
    running -= 1
    letOneIn()
  }

  /** Resolves with what to call when it is done, once it is this one's turn. */
  function enter(rank: Rank): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const lane = waiting[rank] ?? []
      const go = () => {
        running += 1
        resolve(once(leave))
      }
      if (running < atOnce && waiting.every(({ length }) => length === 0) && hasTime()) return begin({ go })
      while (lane[0] && present() - lane[0].since > longest) lane.shift()?.refuse(tooMuch())
      if (lane.length >= (mostWaiting[rank] ?? 0)) return reject(tooMuch())
      lane.push({ since: present(), go, refuse: reject })
    })
  }

  /** Whether an operator who comes now finds no place. */
  const isFull = () => (waiting[operators]?.length ?? 0) >= (mostWaiting[operators] ?? 0)

  /** To be told of each connection that is new: until there are no more of them, no work begins. */
  function welcome() {
    someoneCame = true
    turnSoon()
  }

  return {
    enter,
    welcome,
    isFull,
    /** How many wait, and run. */ load: () => ({ waiting: waiting.flat().length, running }),
  }
}

/** What whoever finds the line full is told. */
export const tooMuchWords = 'Shiplog has more to do than it can do at once. Please try again in a moment.'

function tooMuch() {
  return new Refusal('busy', tooMuchWords)
}

function once(work: () => void) {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}
