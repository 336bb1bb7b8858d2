// Forms: focus goes to what is wrong, a form is sent once, a choice can send its form, and leaving what was typed asks.
import { each } from "./each.js";

export function focusFirst(root) {
  root.querySelector("[data-focus]")?.focus();
}

// An address such as #montant leads to the control, whose label must be in view too.
function toControl(event) {
  const link = event.target.closest('.error-summary a[href^="#"]');
  const control = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!control) return;
  event.preventDefault();
  (control.closest(".field") ?? control).scrollIntoView({ block: "start" });
  (control.comboboxInput ?? control).focus({ preventScroll: true });
}

export function prepare(root) {
  each(root, ".error-summary", (summary) => summary.addEventListener("click", toControl));

  // <form data-autosubmit>: a choice is enough, its button is for readers without a script.
  each(root, "form[data-autosubmit]", (form) => {
    form.querySelectorAll("[data-autosubmit-button]").forEach((button) => (button.hidden = true));
    form.addEventListener("change", () => form.requestSubmit());
  });

  // A second click while the first is on its way does nothing.
  each(root, 'form[method="post"]', (form) => {
    let sentAt = 0;
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (Date.now() - sentAt < 3000) event.preventDefault();
      else sentAt = Date.now();
    });
    window.addEventListener("pageshow", () => (sentAt = 0));
  });

  // <form data-guard>: the browser asks before what was typed is left.
  each(root, "form[data-guard]", (form) => {
    let typed = false;
    form.addEventListener("input", () => (typed = true));
    form.addEventListener("submit", () => (typed = false));
    form.addEventListener("tabellion:kept", () => (typed = false)); // a draft of it is on the server
    window.addEventListener("beforeunload", (event) => {
      if (typed && form.isConnected) event.preventDefault();
    });
  });
}
