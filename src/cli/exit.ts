export const EXIT = { completed: 0, error: 1, waits: 2, interrupted: 130 } as const;
