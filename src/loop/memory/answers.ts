/** Remembers answers about commits, which never change. Forgets the one that was not asked for longest. */
const remembered = new WeakMap<object, Map<string, Promise<unknown>>>();
const MOST = 500;

/**
 * `of`: whatever gives the answers. The key names all that the answer depends on. No failure is remembered, and nothing that may still
 * change. By default that is null: GitHub may not show a new commit yet.
 */
export function readOnce<Answer>(
  of: object,
  key: string,
  read: () => Promise<Answer>,
  isFinal: (answer: Answer) => boolean = (answer) => answer !== null,
): Promise<Answer> {
  const answers = remembered.get(of) ?? new Map<string, Promise<unknown>>();
  remembered.set(of, answers);
  // The key names what kind of answer stands there.
  const answer = (answers.get(key) as Promise<Answer> | undefined) ?? read();
  answers.delete(key);
  answers.set(key, answer);
  const forget = () => answers.delete(key);
  answer.then((known) => isFinal(known) || forget(), forget);
  const [oldest] = answers.keys();
  if (answers.size > MOST && oldest !== undefined) answers.delete(oldest);
  return answer;
}
