// Copy buttons: the value without its spaces. Hidden where the browser has no clipboard (plain http on a network).
import { each } from "./each.js";
import { say } from "./live.js";

export function prepare(root) {
  if (!navigator.clipboard) return;
  each(root, "[data-copy]", (button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(button.dataset.copied);
      const use = button.querySelector("use");
      if (!use) return;
      const before = use.getAttribute("href");
      if (before.endsWith("#check")) return;
      use.setAttribute("href", before.replace(/#.*/, "#check"));
      setTimeout(() => use.setAttribute("href", before), 1500);
    });
  });
}
