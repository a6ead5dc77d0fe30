/** Names the npm packages of Node.js. */
import { join } from "node:path";
import type { NpmTool } from "../npm-packages.ts";

/** The npm that each major version of Node.js is released with. Newer ones do not start on an old Node.js. */
const npmOf: Record<string, string> = { 14: "6", 16: "8", 18: "10", 20: "10", 22: "10", 24: "11" };
// As the npm package `node` chooses among its platforms.
const family = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";

export const nodePackage: NpmTool = {
  name: "node",
  package: [family, process.platform, process.arch].join("-"),
  bin: join("node_modules", ".bin"),
  beside: (version) => [`npm@${npmOf[version.split(".")[0] ?? ""] ?? "latest"}`],
};
