/** The public door of the package. */
export { Script, type ScriptInput } from "./script.ts";
export { type ModelRequest, type ScriptedModel, startScriptedModel } from "./scripted-model.ts";
