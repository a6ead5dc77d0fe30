export type Fields = Record<string, unknown>;

/** Brings what one version stored to what the next one stores. */
export type Step = (state: Fields) => Fields;
