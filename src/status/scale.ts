/** How many days the soundings draw, and how many of them narrower windows show, the newest at the right. */
export const drawnDays = 90
export const shownDays = [90, 60, 45, 40, 35] as const

/** Pixels from one day to the next. */
export const step = 7
