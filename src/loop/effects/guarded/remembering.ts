/** Remembers answers about commits, which never change. Forgets the one that was not asked for longest. */
const remembered = new WeakMap<object, Map<string, Promise<unknown>>>();
const MOST = 500;

/** `of`: whatever gives the answers. The key names all that the answer depends on. A failure is not remembered. */
export function readOnce<Answer>(of: object, key: string, read: () => Promise<Answer>): Promise<Answer> {
  const answers = remembered.get(of) ?? new Map<string, Promise<unknown>>();
  remembered.set(of, answers);
  // The key names what kind of answer stands there.
  const answer = (answers.get(key) as Promise<Answer> | undefined) ?? read();
  answers.delete(key);
  answers.set(key, answer);
  answer.catch(() => answers.delete(key));
  const [oldest] = answers.keys();
  if (answers.size > MOST && oldest !== undefined) answers.delete(oldest);
  return answer;
}
