// A session that ended never loses a form: the person signs in again in a dialog, then what was typed is sent.
//
// What the server offers (docs/interface.md, "Signing in again in place"):
//   GET  /connexion/etat    204 while signed in, 401 once the session has ended
//   GET  /connexion         its element #connexion holds the form: fields, csrf_token, POST to /connexion
//   POST /connexion         with Accept: application/json: 200 {"csrf_token": "…"} when signed in as the same person,
//                           422 {"message": "…"} otherwise
// Pages for signed-in people carry <meta name="session" content="on">; others ask nothing, nor does a form that says
// data-sessionless.
import { show } from "./dialog.js";
import { tellUnreachable } from "./fault.js";

const signedIn = () => document.querySelector('meta[name="session"]') !== null;
let asking = null;

function renew(token) {
  document.querySelector('meta[name="csrf-token"]').content = token;
  document.querySelectorAll('input[name="csrf_token"]').forEach((input) => (input.value = token));
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": token }));
}

async function signInForm() {
  const answer = await fetch("/connexion?reprise=1", { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.getElementById("connexion");
  if (!part) throw new Error("the sign-in page has no #connexion");
  return document.adoptNode(part);
}

// Resolves to true once signed in again, to false when the person closed the dialog.
export function signInAgain() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask() {
  const focused = document.activeElement;
  const part = await signInForm();
  const form = part.querySelector("form");
  const heading = part.querySelector("h1, h2");
  const dialog = show(part, { label: heading?.id ?? "" });
  const message = document.createElement("p");
  message.className = "field-error";
  message.setAttribute("role", "alert");
  form.prepend(message);
  return new Promise((resolve) => {
    let renewed = false;
    dialog.addEventListener("close", () => {
      focused?.focus();
      resolve(renewed);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      message.textContent = "";
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok && said.csrf_token) {
        renewed = true;
        renew(said.csrf_token);
        dialog.close();
      } else {
        message.textContent = said.message ?? answer.statusText;
        form.querySelector('input[type="password"]')?.focus();
      }
    }, { capture: true });
  });
}

export function watch() {
  if (!signedIn()) return;

  // Plain forms: ask first whether the session still lives, since a page that is left cannot come back with a file in it.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-sessionless") || form.closest("#connexion")) return;
    if (form.dataset.alive) {
      delete form.dataset.alive;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation(); // before any other listener: the form is sent once, below
    const submitter = event.submitter;
    const send = () => {
      form.dataset.alive = "yes";
      submitter ? form.requestSubmit(submitter) : form.requestSubmit();
    };
    try {
      const state = await fetch("/connexion/etat", { cache: "no-store" });
      if (state.status !== 401 || (await signInAgain())) send();
    } catch {
      if (form.hasAttribute("data-draft")) tellUnreachable(); // the page stays, with all that was typed
      else send(); // no network, or no such page: the browser says so as it always does
    }
  }, { capture: true });

  // htmx: a 401 opens the dialog; the same request is then made again.
  document.body.addEventListener("htmx:beforeOnLoad", async (event) => {
    if (event.detail.xhr.status !== 401) return;
    event.preventDefault();
    const { elt, requestConfig } = event.detail;
    if (await signInAgain()) {
      htmx.ajax(requestConfig.verb.toUpperCase(), requestConfig.path, {
        source: elt, target: event.detail.target, values: requestConfig.parameters,
      });
    }
  });
}
