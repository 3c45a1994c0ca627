/**
 * Computes a value for a subject, such as a topology or a listener, on first use, and keeps it as long as the subject
 * exists.
 */
export function once<S extends object, A>(answer: (subject: S) => A): (subject: S) => A {
  const answers = new WeakMap<S, { readonly is: A }>();
  return (subject) => {
    const known = answers.get(subject);
    if (known !== undefined) return known.is;
    const is = answer(subject);
    answers.set(subject, { is });
    return is;
  };
}

/** The same with one more argument, such as a port, which is kept with the subject. */
export function onceFor<S extends object, K, A>(answer: (subject: S, key: K) => A): (subject: S, key: K) => A {
  const answersOf = once((_: S) => new Map<K, { readonly is: A }>());
  return (subject, key) => {
    const answers = answersOf(subject);
    const known = answers.get(key) ?? { is: answer(subject, key) };
    answers.set(key, known);
    return known.is;
  };
}
