/** Reports a wrong use of a store, or a wrong place for one. The message tells a person what to do. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
