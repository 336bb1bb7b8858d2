// The list of a dataset: lines that are chosen, and filters whose counts arrive while they are in use.
import { each } from "./each.js";
import { say } from "./live.js";

export function prepare(root) {
  // <form data-choice>: the bar of what may be done shows when lines are chosen, and says how many.
  each(root, "form[data-choice]", (form) => {
    const bar = form.querySelector("[data-choice-bar]");
    const page = form.querySelector("[data-choice-page]");
    if (!bar) return;
    const words = bar.querySelector("[data-choice-words]");
    const all = page?.querySelector("input");
    const every = bar.querySelector('input[name="toutes"]');
    const boxes = [...form.querySelectorAll('input[name="ligne"]')];
    const label = words.textContent;
    if (page) page.hidden = false;
    let last = null;

    const show = (said) => {
      const count = boxes.filter((box) => box.checked).length;
      const text = (count === 1 ? words.dataset.one : words.dataset.many).replace("#", count);
      bar.hidden = !count && !every?.checked;
      bar.classList.toggle("is-on", !bar.hidden);
      words.textContent = count ? text : label;
      for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked);
      if (all) {
        all.checked = count > 0 && count === boxes.length;
        all.indeterminate = count > 0 && count < boxes.length;
      }
      if (every && !all?.checked) every.checked = false;
      if (every) every.closest(".option").hidden = !all?.checked;
      if (said) say(count ? text : words.dataset.many.replace("#", 0));
    };
    form.addEventListener("change", (event) => {
      if (event.target === all) for (const box of boxes) box.checked = all.checked;
      show(event.target !== every);
    });
    // a click with the shift key chooses all the lines in between
    form.addEventListener("click", (event) => {
      const at = boxes.indexOf(event.target);
      if (at < 0) return;
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(at, last), Math.max(at, last)];
        for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
      }
      last = at;
    });
    window.addEventListener("pageshow", () => show(false));
    show(false);
  });
}

// Counts that arrive late change neither what is unfolded nor what is being typed.
export function watch() {
  let unfolded = null;
  let typing = null;
  const filters = (event) => event.detail.target?.id === "filtres" && event.detail.target;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const place = filters(event);
    if (!place) return;
    const active = document.activeElement;
    typing = active?.matches('#filtres input[type="text"]') ? { id: active.id, value: active.value } : null;
    unfolded = new Map([...place.querySelectorAll("details[data-filter]")].map((one) => [one.dataset.filter, one.open]));
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const place = filters(event);
    if (!place || !unfolded) return;
    for (const one of place.querySelectorAll("details[data-filter]")) {
      if (unfolded.has(one.dataset.filter)) one.open = unfolded.get(one.dataset.filter);
    }
    const input = typing && document.getElementById(typing.id);
    if (input) input.value = typing.value; // htmx gives it the focus again
  });
}
