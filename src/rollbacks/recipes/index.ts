import { Refusal } from '../../platform/refusal.ts'
import { githubDispatch, githubWorkflow } from './github.ts'
import { awx, gitlab, jenkins } from './pipelines.ts'
import type { Recipe } from './recipe.ts'
import { webhook } from './webhook.ts'

/** The tools that can be asked to roll back, in the order of the form. */
export const recipes: readonly Recipe[] = [webhook, githubDispatch, githubWorkflow, gitlab, jenkins, awx]
export const recipeKinds = recipes.map(({ kind }) => kind)

/** The recipe of a receiver; one that this Shiplog does not know is refused. */
export function recipeFor(kind: string): Recipe {
  const recipe = recipes.find((one) => one.kind === kind)
  if (!recipe) throw new Refusal('conflict', `This Shiplog knows no recipe called ${kind}.`)
  return recipe
}
