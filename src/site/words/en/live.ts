/** What the page says by itself while it is open. `{}` is a clock. */
export const live = {
  yours: '{} your time',
}

/** While our own data cannot be reached. The moment stands between `knew` and `renews`. */
export const stale = {
  knew: 'We cannot reach our own data right now. This page shows what we knew on',
  renews: 'It renews itself.',
}
