/** Registers and installs Apps. GitHub has pages for this; the sandbox has `createApp` and `install`. */
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { App, Installation, Permissions, Repository, User } from "../store/entities.ts";
import type { Store } from "../store/store.ts";

export interface NewApp {
  slug: string;
  name: string;
  permissions: Permissions;
  events: readonly string[];
  webhookUrl?: string | null;
  webhookSecret?: string | null;
}

/** Makes a key pair. The private half is PEM in PKCS #1, as GitHub delivers it. */
async function newKey(): Promise<{ privateKey: string; publicKey: string }> {
  return promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}

/** Returns the user that the App acts as. */
export function botOf(store: Store, app: App): User {
  const login = `${app.slug}[bot]`;
  return (
    store.table("users").find((each) => each.login === login) ??
    store.table("users").put({ id: store.nextId(), login, type: "Bot", name: null, email: null })
  );
}

/** @throws Error if the slug is taken. */
export async function registerApp(store: Store, owner: User, given: NewApp): Promise<{ app: App; privateKey: string }> {
  const { publicKey, privateKey } = await newKey();
  if (store.table("apps").find((each) => each.slug === given.slug) !== undefined) {
    throw new Error(`there is an App ${given.slug} already`);
  }
  const id = store.nextId();
  const app = store.table("apps").put({
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
    createdAt: store.now(),
  });
  botOf(store, app);
  return { app, privateKey };
}

/**
 * Replaces the App's key and returns the private half. The sandbox keeps no private key, so a lost one cannot be read
 * again.
 */
export async function renewKey(store: Store, app: App): Promise<string> {
  const { publicKey, privateKey } = await newKey();
  const present = store.table("apps").get(app.id) ?? app;
  store.table("apps").put({ ...present, publicKey });
  return privateKey;
}

/** Installs the App on the account, or changes the repositories that its installation reaches. */
export function installApp(
  store: Store,
  app: App,
  account: User,
  repositories: readonly Repository[] | "all",
): { installation: Installation; isNew: boolean } {
  const known = store.table("installations").find((each) => each.appId === app.id && each.accountId === account.id);
  const installation = store.table("installations").put({
    id: known?.id ?? store.nextId(),
    appId: app.id,
    accountId: account.id,
    repositories: repositories === "all" ? "all" : repositories.map((each) => each.id),
    createdAt: known?.createdAt ?? store.now(),
  });
  return { installation, isNew: known === undefined };
}
