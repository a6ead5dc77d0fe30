/** Something is wrong with how a store is used, or with where it lives. The message is for a person to act on. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
