/** The browser in which tests read pages. */
import { type Browser, chromium } from "playwright-core";
import { findChromium } from "./find-chromium.ts";

export async function openChromium(): Promise<Browser> {
  const { executablePath, args, env } = await findChromium();
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const still = ["--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, env, args: [...quiet, ...still, ...args] });
}
