// A link with data-dialog="confirm": the element of that id, from the page the link leads to, shown in a dialog here.
import { each } from "./each.js";

export function show(content, { label = "", closable = true } = {}) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  if (label) dialog.setAttribute("aria-labelledby", label);
  dialog.append(content);
  if (!closable) dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (!close) return;
    event.preventDefault();
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.dispatchEvent(new Event("tabellion:added", { bubbles: true }));
  return dialog;
}

export function prepare(root) {
  each(root, "a[data-dialog]", (link) => {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      try {
        const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const part = answer.ok && page.getElementById(link.dataset.dialog);
        if (!part) throw new Error(`no #${link.dataset.dialog}`);
        const heading = part.querySelector("h1, h2");
        show(document.adoptNode(part), { label: heading?.id ?? "" });
      } catch {
        location.assign(link.href); // the page of it says the same, or what is wrong
      }
    });
  });
}
