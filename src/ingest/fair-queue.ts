/**
 * What waits, by whom it comes from: each sender in turn, so that one that floods keeps nobody else waiting, and none
 * holds more than its share of the places.
 */
export function fairQueue<T>({ most, share }: { most: number; share: number }) {
  const lanes = new Map<string, T[]>()
  let length = 0

  /** Puts one at the end of its sender's lane; says why not when there is no place for it. */
  function add(sender: string, item: T): 'taken' | 'too-many' | 'full' {
    const lane = lanes.get(sender)
    if (length >= most) return 'full'
    if (lane && lane.length >= share) return 'too-many'
    if (lane) lane.push(item)
    else lanes.set(sender, [item])
    length += 1
    return 'taken'
  }

  /** The next ones, one of each sender after the other. */
  function take(count: number): T[] {
    const taken: T[] = []
    while (taken.length < count && length > 0) {
      for (const [sender, lane] of lanes) {
        if (taken.length >= count) break
        taken.push(lane.shift() as T)
        length -= 1
        lanes.delete(sender)
        if (lane.length > 0) lanes.set(sender, lane) // behind all others
      }
    }
    return taken
  }

  return { add, take, length: () => length }
}
