/** What moments and times are told with, in one language. */
export type TimeWords = {
  /** The BCP 47 tag that the names of days and months are taken from. */
  locale: string
  today: string
  yesterday: string
  seconds: (count: number) => string
  minutes: (count: number) => string
  /** Whole hours and what is left of them. */
  hours: (hours: number, minutes: number) => string
  days: (count: number) => string
  /** A zone in which the clocks were changed: its name with the first offset, and the later offset. */
  offsets: (zone: string, first: string, later: string) => string
}

/** What operators read, and the public page in English. */
export const englishTime: TimeWords = {
  locale: 'en-GB',
  today: 'Today',
  yesterday: 'Yesterday',
  seconds: (count) => `${count} s`,
  minutes: (count) => `${count} min`,
  hours: (hours, minutes) => (minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`),
  days: (count) => (count === 1 ? '1 day' : `${count} days`),
  offsets: (zone, first, later) => `${zone} (${first}, later ${later})`,
}
