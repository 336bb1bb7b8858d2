// Shows and hides what is typed in a password field. It is hidden again before the form is sent.
import { each } from "./each.js";

export function prepare(root) {
  each(root, "[data-reveal]", (button) => {
    const input = document.getElementById(button.dataset.reveal);
    if (!input) return;
    const label = button.querySelector("span");
    const words = [label.textContent, button.dataset.hideLabel];
    const show = (visible) => {
      input.type = visible ? "text" : "password";
      button.setAttribute("aria-pressed", String(visible));
      label.textContent = words[visible ? 1 : 0];
    };
    button.hidden = false;
    button.addEventListener("click", () => show(input.type === "password"));
    input.form?.addEventListener("submit", () => show(false));
  });
}
