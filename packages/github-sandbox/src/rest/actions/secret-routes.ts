/** Secrets. https://docs.github.com/en/rest/actions/secrets */

import { blake2b } from "@noble/hashes/blake2.js";
import nacl from "tweetnacl";
import { z } from "zod";
import { ApiError, notFound } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import type { Schema } from "../../render/site.ts";
import type { SecretKey } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { changeSetting, checkName, findSetting, type Setting, settingsOf, settingsScope } from "./settings.ts";

const given = z.object({ encrypted_value: z.base64(), key_id: z.string() });

function keyOf({ store, repository }: RepositoryScope): SecretKey {
  const keys = store.table("secretKeys");
  const known = keys.get(repository.id);
  if (known !== undefined) return known;
  const { publicKey, secretKey } = nacl.box.keyPair();
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  return keys.put({ id: repository.id, publicKey: base64(publicKey), secretKey: base64(secretKey) });
}

/**
 * Opens libsodium's sealed box: an ephemeral public key, then a box whose nonce is made of both public keys
 * (https://doc.libsodium.org/public-key_cryptography/sealed_boxes). Returns null if it was sealed for another key.
 */
function unseal(sealed: Uint8Array, key: SecretKey): string | null {
  const ephemeral = sealed.subarray(0, nacl.box.publicKeyLength);
  if (ephemeral.length < nacl.box.publicKeyLength) return null;
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
  const own = bytes(key.publicKey);
  const nonce = blake2b(new Uint8Array([...ephemeral, ...own]), { dkLen: nacl.box.nonceLength });
  const opened = nacl.box.open(sealed.subarray(ephemeral.length), nonce, ephemeral, bytes(key.secretKey));
  return opened === null ? null : Buffer.from(opened).toString("utf8");
}

/** Renders a secret's name and dates, never its value. */
function shown({ name, created_at, updated_at }: Setting) {
  return { name, created_at, updated_at } satisfies Schema<"actions-secret">;
}

export function secretRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions/secrets";
  const readable = (http: HttpContext) => settingsScope(http, context, "secrets");
  const writable = (http: HttpContext) => scopeFor(http, context, "secrets", "write");
  const nameOf = (http: HttpContext) => http.req.param("name") ?? "";

  rest.get(root, (http) => {
    const all = settingsOf(readable(http), "secrets");
    return respond<"actions/list-repo-secrets">(http, {
      total_count: all.length,
      secrets: paginate(http, all).map(shown),
    });
  });

  rest.get(`${root}/public-key`, (http) => {
    const { id, publicKey } = keyOf(readable(http));
    return respond<"actions/get-repo-public-key">(http, { key_id: String(id), key: publicKey });
  });

  rest.get(`${root}/:name`, (http) => {
    const found = findSetting(readable(http), "secrets", nameOf(http));
    if (found === undefined) throw notFound();
    return respond<"actions/get-repo-secret">(http, shown(found));
  });

  rest.put(`${root}/:name`, async (http) => {
    const scope = writable(http);
    const name = checkName(nameOf(http));
    const { encrypted_value: sealed, key_id: keyId } = await bodyOf(http, given);
    const key = keyOf(scope);
    const value = keyId === String(key.id) ? unseal(new Uint8Array(Buffer.from(sealed, "base64")), key) : null;
    if (value === null) throw new ApiError(422, "Bad request - unable to decrypt the value with the key of key_id");
    const isNew = findSetting(scope, "secrets", name) === undefined;
    changeSetting(scope, "secrets", name, value);
    return isNew ? respond<"actions/create-or-update-repo-secret", 201>(http, {}, 201) : http.body(null, 204);
  });

  rest.delete(`${root}/:name`, (http) => {
    const scope = writable(http);
    if (findSetting(scope, "secrets", nameOf(http)) === undefined) throw notFound();
    changeSetting(scope, "secrets", nameOf(http), null);
    return http.body(null, 204);
  });
  return rest;
}
