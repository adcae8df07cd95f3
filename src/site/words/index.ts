import { en } from './en.ts'

/** Every word that customers read, in one language. Another language is another file of this shape. */
export type Words = typeof en

/** A BCP 47 tag. */
type Language = 'en'

/** Every language that there is. */
export const catalogue: Record<Language, Words> = { en }

/** The languages that a page can be in, each in its own. */
export const languages: Record<Language, string> = { en: 'English' }

/** The words of a page's language; English for one that is not known. */
export function wordsFor(language: string): Words {
  return catalogue[language as Language] ?? en
}
