// File controls: the drop is said, and a file that is too large is refused before it travels.
import { each } from "./each.js";

export function prepare(root) {
  each(root, "[data-drop]", (zone) => {
    const input = zone.querySelector('input[type="file"]');
    const hint = zone.querySelector(".drop-hint");
    if (hint) hint.hidden = false;
    for (const name of ["dragover", "dragenter"]) zone.addEventListener(name, () => zone.classList.add("drop-over"));
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("drop-over"));
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    const limit = Number(input.dataset.maxOctets);
    input.addEventListener("change", () => {
      const large = limit && [...input.files].some((file) => file.size > limit);
      input.setCustomValidity(large ? input.dataset.tooLarge : "");
      if (large) input.reportValidity();
    });
    input.form?.addEventListener("submit", (event) => {
      if (input.validationMessage && input.validity.customError) {
        event.preventDefault();
        input.reportValidity();
      }
    });
  });
}
