/** A flag, a file or a folder is unusable. The message is one line that names it. */
export class BadInput extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BadInput";
  }
}
