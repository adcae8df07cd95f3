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
