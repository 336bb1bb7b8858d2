// A value that was probably meant, offered beside an error: data-fill="id of the control" data-value="what it would show".
// Without a script the button sends the form, and the server puts the value in.
import { each } from "./each.js";

export function prepare(root) {
  each(root, "button[data-fill]", (button) => {
    const control = document.getElementById(button.dataset.fill);
    if (!control) return;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      control.value = button.dataset.value;
      (control.comboboxInput ?? control).focus(); // the button is about to be swapped away
      for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
    });
  });
}
