// Elements of a part of the page that were not prepared yet, the part itself included.
const done = new WeakMap();

export function each(root, selector, prepare) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  for (const element of found) {
    const names = done.get(element) ?? new Set();
    if (names.has(selector)) continue;
    done.set(element, names.add(selector));
    prepare(element);
  }
}
