/** What stands where there is no page. */
export const errors = {
  titles: {
    401: 'Please sign in',
    403: 'That is not allowed',
    404: 'Nothing is here',
    410: 'That is over',
    413: 'That is too large',
    429: 'That was too often',
    503: 'Not right now',
  } as Record<number, string>,
  not_done: 'That did not work',
  broken: 'Something went wrong',
  wrong_address: 'Something in this address is not as it should be.',
  taken_down: 'It may have been taken down, or the address was mistyped.',
  again: 'What is served from memory still works. Try again in ten seconds.',
  typed: 'Your browser’s Back button brings back what you had typed.',
  operations: 'Operations',
  public_page: 'The public page',
  current: 'See the current status',
  name_this: 'If you write to us, name this:',
}
