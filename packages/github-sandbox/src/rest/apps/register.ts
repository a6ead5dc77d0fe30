/** Apps and installations come to be here; GitHub has pages for this, the sandbox has its seeding. */
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { App, Installation, Permissions, Repository, User } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";

export interface NewApp {
  slug: string;
  name: string;
  permissions: Permissions;
  events: readonly string[];
  webhookUrl?: string | null;
  webhookSecret?: string | null;
}

/** PEM, PKCS #1 as GitHub hands it out, and its public half. */
async function newKey(): Promise<{ privateKey: string; publicKey: string }> {
  return promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}

/** The user the App acts as. */
export function botOf(world: World, app: App): User {
  const login = `${app.slug}[bot]`;
  return (
    world.table("users").find((each) => each.login === login) ??
    world.table("users").put({ id: world.nextId(), login, type: "Bot", name: null, email: null })
  );
}

/** @throws Error when the slug is taken. */
export async function registerApp(world: World, owner: User, given: NewApp): Promise<{ app: App; privateKey: string }> {
  const { publicKey, privateKey } = await newKey();
  if (world.table("apps").find((each) => each.slug === given.slug) !== undefined) {
    throw new Error(`there is an App ${given.slug} already`);
  }
  const id = world.nextId();
  const app = world.table("apps").put({
    id,
    slug: given.slug,
    name: given.name,
    clientId: `Iv23li${String(id).padStart(14, "0")}`,
    ownerId: owner.id,
    publicKey,
    permissions: given.permissions,
    events: [...given.events],
    webhookUrl: given.webhookUrl ?? null,
    webhookSecret: given.webhookSecret ?? null,
    createdAt: world.now(),
  });
  botOf(world, app);
  return { app, privateKey };
}

/** A new key for the App, in place of its old one, whose private half nobody may have kept. */
export async function renewKey(world: World, app: App): Promise<string> {
  const { publicKey, privateKey } = await newKey();
  const present = world.table("apps").get(app.id) ?? app;
  world.table("apps").put({ ...present, publicKey });
  return privateKey;
}

/** The App's installation on the account, reaching these repositories from now on. */
export function installApp(
  world: World,
  app: App,
  account: User,
  repositories: readonly Repository[] | "all",
): { installation: Installation; isNew: boolean } {
  const known = world.table("installations").find((each) => each.appId === app.id && each.accountId === account.id);
  const installation = world.table("installations").put({
    id: known?.id ?? world.nextId(),
    appId: app.id,
    accountId: account.id,
    repositories: repositories === "all" ? "all" : repositories.map((each) => each.id),
    createdAt: known?.createdAt ?? world.now(),
  });
  return { installation, isNew: known === undefined };
}
