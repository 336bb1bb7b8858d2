// <form data-draft="address" data-draft-at="moment of the server's copy" data-draft-for="version of the model">: what is
// typed is saved as one types.
//
// One second after the last key the form is posted to the address, as htmx would (token in a header). Until that has worked
// a copy stays in this browser, so that neither a lost network nor a closed tab loses a key. Any 2xx is "saved": the server
// may say so in its own words ({"message": …}), and when in the header X-Draft-At. A copy is known by that address and the
// form's action; one made for another version of the model is left alone.
//
// [data-draft-state] shows the state; its words are in data-saved, data-kept, data-found, data-offer ("#": an hour),
// data-undo and data-resume (macro draft_state).
import { each } from "./each.js";
import { say } from "./live.js";

const PAUSE = 1000;
const COPY_PAUSE = 150;
const RETRY = 15000;
const OLD = 30 * 24 * 3600 * 1000;
const PREFIX = "tabellion:draft:";
const SENT = " sent"; // a form sent while the network was lost: its copy is not written over by what is typed next

export function prepare(root) {
  each(root, "form[data-draft]", (form) => new Draft(form));
}

const pairsOf = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
const hour = (moment) => {
  const at = new Date(moment);
  const lang = document.documentElement.lang;
  // « 14 h 05 », as the service writes it elsewhere (app/formats.py, clock)
  if (lang.startsWith("fr")) return `${at.getHours()}\u00a0h\u00a0${String(at.getMinutes()).padStart(2, "0")}`;
  return at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
};

class Draft {
  constructor(form) {
    this.form = form;
    this.key = `${PREFIX}${form.dataset.draft} ${form.getAttribute("action") ?? location.pathname}`;
    this.place = form.querySelector("[data-draft-state]") ?? document.querySelector("[data-draft-state]");
    this.dirty = false; // something is not on the server yet
    this.failed = false;
    this.refusal = "";
    this.sending = null;
    this.changes = 0;
    this.timers = {};
    this.recover();
    const changed = () => {
      this.offering = false;
      this.changed();
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => setTimeout(() => event.defaultPrevented || this.submitted()));
    // listeners of the whole page: they outlive a form that htmx takes away, which says nothing any more
    window.addEventListener("pagehide", () => form.isConnected && this.leave());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && form.isConnected && this.leave());
    window.addEventListener("online", () => form.isConnected && this.failed && this.save());
  }

  changed() {
    this.dirty = true;
    this.changes += 1;
    this.after("copy", COPY_PAUSE, () => this.copy());
    this.after("save", PAUSE, () => this.save());
  }

  after(name, pause, act) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(act, pause);
  }

  // -- to the server

  async save({ keepalive = false } = {}) {
    if (this.sending && !keepalive) return; // one at a time, so that an older copy never overtakes; the end asks again
    clearTimeout(this.timers.save);
    const upTo = this.changes;
    const sending = this.send(keepalive);
    if (!keepalive) this.sending = sending;
    const worked = await sending;
    if (!keepalive) this.sending = null;
    if (!this.form.isConnected || !this.dirty) return;
    if (!worked) {
      this.copy();
      if (!this.failed || this.refusal) this.tell("kept", Date.now(), !this.failed, this.refusal);
      this.failed = true;
      this.after("save", RETRY, () => this.save());
    } else {
      const first = this.failed || !this.told;
      this.failed = false;
      this.told = true;
      if (this.changes === upTo) {
        this.dirty = false;
        this.forget();
        this.form.dispatchEvent(new Event("tabellion:kept")); // nothing is lost by leaving now
      } else if (!keepalive) this.after("save", PAUSE, () => this.save());
      this.tell("saved", Date.now(), first, worked.message);
    }
  }

  // What the server said, or false.
  async send(keepalive) {
    this.abort = new AbortController();
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    try {
      const answer = await fetch(this.form.dataset.draft, {
        method: "POST", body: new FormData(this.form), keepalive, signal: this.abort.signal, headers: { "X-CSRF-Token": token, Accept: "application/json" },
      });
      // too long for a draft, or somebody else's: the server says why
      this.refusal = [409, 413].includes(answer.status) ? (await answer.json().catch(() => ({}))).message : "";
      // a redirect followed to a page (of sign-in) is no copy kept
      if (!answer.ok || answer.redirected) return false;
      this.form.dataset.draftAt = answer.headers.get("X-Draft-At") ?? new Date().toISOString();
      return await answer.json().catch(() => ({}));
    } catch {
      this.refusal = "";
      return false;
    }
  }

  leave() {
    if (!this.dirty || this.left === this.changes) return;
    this.left = this.changes; // a page that goes is hidden first: once is enough
    this.copy();
    this.save({ keepalive: true });
  }

  // The form itself is sent: the server has it all, and a draft that is on its way must not come after it. Where the network
  // was already lost, the copy stays, to be offered.
  submitted() {
    Object.values(this.timers).forEach(clearTimeout);
    this.abort?.abort();
    if (this.failed || !navigator.onLine) {
      this.copy({ sent: true });
      this.forget();
    } else [this.key, this.key + SENT].forEach((key) => this.forget(key));
    this.dirty = false;
  }

  // -- in this browser

  copy(more = {}) {
    if (!this.dirty && !more.sent) return;
    const kept = { at: Date.now(), seen: this.form.dataset.draftAt ?? "", for: this.form.dataset.draftFor ?? "", pairs: pairsOf(this.form), ...more };
    try {
      localStorage.setItem(this.key + (more.sent ? SENT : ""), JSON.stringify(kept));
    } catch {
      // full or forbidden: the server's copy has to do
    }
  }

  forget(key = this.key) {
    clearTimeout(this.timers.copy);
    try {
      localStorage.removeItem(key);
    } catch {
      // forbidden: nothing was kept either
    }
  }

  kept() {
    try {
      for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
        if (Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > OLD) localStorage.removeItem(key);
      }
      return JSON.parse(localStorage.getItem(this.key) ?? localStorage.getItem(this.key + SENT));
    } catch {
      return null;
    }
  }

  recover() {
    const kept = this.kept();
    if (!kept?.pairs || kept.for !== (this.form.dataset.draftFor ?? "")) return;
    const server = this.form.dataset.draftAt ?? "";
    const newer = kept.seen === server || kept.at > Date.parse(server);
    const same = JSON.stringify(kept.pairs) === JSON.stringify(pairsOf(this.form));
    if (!newer || same) this.forget(kept.sent ? this.key + SENT : this.key);
    else if (kept.sent) this.offer("offer", kept.at, "resume", () => this.restore(kept));
    else this.restore(kept);
  }

  restore(kept) {
    const before = pairsOf(this.form);
    fill(this.form, kept.pairs);
    this.changed();
    this.offer("found", kept.at, "undo", () => {
      fill(this.form, before);
      this.changed();
    });
  }

  // -- in words

  tell(state, moment, aloud, said = "") {
    const words = said || this.place?.dataset[state]?.replace("#", hour(moment));
    if (!words || !this.place || this.offering) return; // an offer stays until it is taken or something is typed
    this.place.textContent = words;
    this.place.dataset.state = state;
    if (aloud) say(words, { gently: state === "saved" });
  }

  offer(state, moment, verb, act) {
    this.tell(state, moment, true);
    if (!this.place?.dataset[verb]) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: this.place.dataset[verb] });
    button.addEventListener("click", () => {
      this.offering = false;
      this.place.replaceChildren();
      act();
    });
    this.place.append(" ", button);
    this.offering = true;
  }
}

// Puts pairs of name and value into a form's controls. A hidden input that says what a value was is put back or taken away.
function fill(form, pairs) {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  for (const name of values.keys()) {
    if (!name.endsWith("-avant") || form.elements.namedItem(name)) continue;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name }));
  }
  for (const control of [...form.elements]) {
    const { name, type } = control;
    if (!name || name === "csrf_token" || ["submit", "button", "file", "reset", "fieldset"].includes(type)) continue;
    const given = values.get(name);
    if (type === "radio" || type === "checkbox") control.checked = given?.includes(control.value) ?? false;
    else if (type === "hidden" && !given?.length) {
      if (name.endsWith("-avant")) control.remove();
    } else if (given) {
      const value = given.shift() ?? "";
      control.value = value;
      if (control.value !== value && type === "select-one") control.add(new Option(value, value, false, true)); // off the list
    }
    if (control.comboboxInput) control.dispatchEvent(new Event("change"));
  }
}
