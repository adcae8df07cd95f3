/**
 * Where tests that draw what they try begin to draw: at the same place each time, so that nobody's change is held up
 * by what was there before. `FUZZ_SEED=random` draws elsewhere, as should be done before a release; a number repeats a run.
 */
export function fuzzSeed(): number {
  const said = process.env.FUZZ_SEED
  return said === 'random' ? Date.now() % 2 ** 31 : Number(said ?? 20_261_126)
}
