/**
 * Answers a question about a subject, such as a topology or a listener, the first time that it is asked; the answer is
 * kept as long as the subject is.
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
