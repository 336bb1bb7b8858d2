// A button that exchanges what is typed in two controls: data-swap="their names". Offered where a point lies outside France.
import { each } from "./each.js";

export function prepare(root) {
  each(root, "button[data-swap]", (button) => {
    const form = button.closest("form");
    const [one, other] = button.dataset.swap.split(" ").map((name) => form?.elements.namedItem(name));
    if (!one || !other) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      [one.value, other.value] = [other.value, one.value];
      one.focus(); // the button is about to be swapped away
      for (const name of ["input", "change"]) one.dispatchEvent(new Event(name, { bubbles: true }));
    });
  });
}
