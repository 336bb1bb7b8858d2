// The errors of a control that was left come back alone (data-errors-of="id of the field"): the control is marked to match,
// and they are said to those who do not see them.
import { each } from "./each.js";
import { say } from "./live.js";

export function prepare(root) {
  each(root, "[data-errors-of]", (region) => {
    const field = document.getElementById(region.dataset.errorsOf);
    const wrong = region.querySelector(".field-error") !== null;
    for (const input of field?.querySelectorAll("input, select, textarea") ?? []) {
      if (region.contains(input) || ["hidden", "radio", "checkbox"].includes(input.type)) continue;
      if (wrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    if (wrong && document.documentElement.dataset.ready) say(region.textContent.replace(/\s+/g, " ").trim());
  });
}
