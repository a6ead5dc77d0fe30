/** Secrets, variables and permissions of Actions. */
import { blake2b } from "@noble/hashes/blake2.js";
import nacl from "tweetnacl";
import type { Stage } from "./stage.ts";

export async function settings(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("settings");
  const { data: key } = await ada.rest.actions.getRepoPublicKey(at);
  const secret = { ...at, secret_name: "TOKEN" };
  const given = { ...secret, encrypted_value: sealed("s3cret", key.key), key_id: key.key_id };
  await ada.rest.actions.createOrUpdateRepoSecret(given);
  await ada.rest.actions.createOrUpdateRepoSecret(given);
  await ada.rest.actions.listRepoSecrets(at);
  await ada.rest.actions.getRepoSecret(secret);
  await ada.rest.actions.deleteRepoSecret(secret);

  const variable = { ...at, name: "COLOUR" };
  await ada.rest.actions.createRepoVariable({ ...variable, value: "red" });
  await ada.rest.actions.listRepoVariables(at);
  await ada.rest.actions.getRepoVariable(variable);
  await ada.rest.actions.updateRepoVariable({ ...variable, value: "blue" });
  await ada.rest.actions.deleteRepoVariable(variable);

  await ada.rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(at);
  await ada.rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
    ...at,
    can_approve_pull_request_reviews: true,
  });
}

/** Seals a box as libsodium does. */
function sealed(text: string, publicKey: string): string {
  const theirs = new Uint8Array(Buffer.from(publicKey, "base64"));
  const own = nacl.box.keyPair();
  const nonce = blake2b(new Uint8Array([...own.publicKey, ...theirs]), { dkLen: nacl.box.nonceLength });
  const box = nacl.box(new Uint8Array(Buffer.from(text)), nonce, theirs, own.secretKey);
  return Buffer.from([...own.publicKey, ...box]).toString("base64");
}
