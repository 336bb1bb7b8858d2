// A <select data-combobox> becomes a field to type in (ARIA 1.2 combobox with a listbox, autocomplete "list").
// The select stays, hidden, and keeps the value: what is sent is the same with and without this script.
import { each } from "./each.js";
import { say } from "./live.js";

const SHOWN = 100; // options drawn at once: lists of communes hold 35,000
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/[’'-]/g, " ");

export function prepare(root) {
  each(root, "select[data-combobox]", (select) => new Combobox(select));
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.shown = [];
    this.active = -1;
    this.build();
    this.fromSelect();
  }

  // Made at the first search: a list may be long, and few are opened.
  get options() {
    const made = [...this.select.options].filter((option) => option.value).map((option) => ({ option, folded: fold(option.text) }));
    Object.defineProperty(this, "options", { value: made });
    return made;
  }

  build() {
    const { select } = this;
    const box = document.createElement("div");
    box.className = "combobox";
    this.input = Object.assign(document.createElement("input"), { type: "text", className: "control", autocomplete: "off", spellcheck: false });
    this.list = Object.assign(document.createElement("ul"), { className: "combobox-list", hidden: true, id: `${select.id}-list` });
    const open = Object.assign(document.createElement("button"), { type: "button", className: "control-open", tabIndex: -1 });
    open.setAttribute("aria-label", select.dataset.openLabel);
    open.append("▾");
    this.list.setAttribute("role", "listbox");
    const label = document.getElementById(`${select.id}-label`);
    if (label) {
      this.list.setAttribute("aria-labelledby", label.id);
      label.htmlFor = `${select.id}-input`;
    }
    this.input.id = `${select.id}-input`;
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) attributes[name] = select.getAttribute(name);
    }
    if (select.required) attributes["aria-required"] = "true";
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.input.disabled = open.disabled = select.disabled;
    box.append(this.input, open, this.list);
    select.after(box);
    select.hidden = true;
    select.required = false; // a control that cannot be seen must not stop its form; the server says what is missing
    select.comboboxInput = this.input;

    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.list.hidden && this.open(""));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    open.addEventListener("mousedown", (event) => event.preventDefault());
    open.addEventListener("click", () => (this.list.hidden ? this.open("") : this.close(), this.input.focus()));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.choose(Number(item.dataset.index));
    });
    select.addEventListener("change", () => this.fromSelect());
    window.addEventListener("pageshow", () => this.fromSelect()); // the browser put back what was chosen
    select.form?.addEventListener("reset", () => setTimeout(() => this.fromSelect()));
  }

  fromSelect() {
    const option = this.select.selectedOptions[0];
    this.input.value = option?.value ? option.text : "";
  }

  open(typed) {
    const words = fold(typed).split(/\s+/).filter(Boolean);
    const found = this.options.filter(({ folded }) => words.every((word) => folded.includes(word)));
    const starts = ({ folded }) => (words.length && folded.startsWith(words[0]) ? 0 : 1);
    if (words.length) found.sort((one, other) => starts(one) - starts(other));
    this.shown = found.slice(0, SHOWN);
    this.list.replaceChildren(...this.shown.map(({ option }, index) => this.item(option, index)));
    if (!found.length) {
      const none = Object.assign(document.createElement("li"), { className: "combobox-none", textContent: this.select.dataset.none });
      none.setAttribute("role", "presentation");
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.move(words.length && found.length ? 0 : this.shown.findIndex(({ option }) => option.selected), false);
    const { none, countOne, countMany } = this.select.dataset;
    say(!found.length ? none : found.length === 1 ? countOne : countMany.replace("#", String(found.length)));
  }

  item(option, index) {
    const item = Object.assign(document.createElement("li"), { id: `${this.list.id}-${index}`, textContent: option.text });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.index = String(index);
    return item;
  }

  move(index) {
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    this.active = index;
    const item = this.list.children[index];
    if (index < 0 || !item || !this.shown.length) {
      this.active = -1;
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", item.id);
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  choose(index) {
    this.set(this.shown[index].option.value);
    this.close();
  }

  set(value) {
    if (this.select.value !== value) {
      this.select.value = value;
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.fromSelect();
  }

  // Leaving: an exact text is a choice, an emptied field chooses nothing, anything else goes back to what was chosen.
  leave() {
    if (this.list.hidden && this.input.value === (this.select.selectedOptions[0]?.text ?? "")) return;
    const typed = fold(this.input.value).trim();
    const exact = this.options.find(({ folded }) => folded.trim() === typed);
    if (!typed) this.set("");
    else if (exact) this.set(exact.option.value);
    else this.fromSelect();
    this.close();
  }

  key(event) {
    const last = this.shown.length - 1;
    const moves = { ArrowDown: Math.min(last, this.active + 1), ArrowUp: Math.max(0, this.active - 1) };
    if (event.key in moves) {
      event.preventDefault();
      if (this.list.hidden) this.open("");
      else this.move(moves[event.key]);
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      if (this.active >= 0) this.choose(this.active);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.fromSelect();
      this.close();
    } else if (event.key === "Tab" && !this.list.hidden && this.active >= 0 && this.input.value) {
      this.choose(this.active);
    }
  }
}
