/** Days and times; the platform tells operators' times with the same words. */
export { englishTime as time } from '../../../platform/time-words.ts'
