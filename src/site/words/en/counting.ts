/** "1 release", "3 releases" */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

const small = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
]

/** A number that begins a sentence: "Three", "61". */
export function numberFirst(number: number): string {
  return small[number] ?? number.toLocaleString('en')
}

const numbers = new Intl.NumberFormat('en')

/** "1,234" */
export function number(value: number) {
  return numbers.format(value)
}

/** "once", "twice", "3 times" */
export function times(times: number) {
  return ['', 'once', 'twice'][times] ?? `${number(times)} times`
}

/** "3 incidents"; nothing of none. */
export function counted(number: number, noun: string) {
  return number === 0 ? '' : count(number, noun)
}

/** "a, b and c" */
export function sentenceList(parts: string[]) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
