/** A flag, a file or a folder that cannot be used. The message is one line that names it. */
export class BadInput extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BadInput";
  }
}
