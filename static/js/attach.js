// Documents beside an address: <div data-attach="c5" data-attach-to="address"> holds a file input. A PDF that is chosen or
// dropped there is sent at once, and the address that the server answers is written into the control c5, as if typed.
//
// Its words are in data-sending and data-failed; [.attach-state] shows them.
import { each } from "./each.js";
import { say } from "./live.js";

export function prepare(root) {
  each(root, "[data-attach]", (zone) => {
    const input = zone.querySelector('input[type="file"]');
    const state = zone.querySelector(".attach-state");
    const target = document.getElementById(zone.dataset.attach);
    if (!input || !target) return;
    input.removeAttribute("name"); // it does not travel with the form, nor with its drafts

    const tell = (words, kind) => {
      state.textContent = words;
      state.dataset.state = kind;
      say(words);
    };

    input.addEventListener("change", async (event) => {
      event.stopPropagation(); // the form has not changed yet
      const [file] = input.files;
      if (!file) return;
      if (file.size > Number(input.dataset.maxOctets)) {
        tell(input.dataset.tooLarge, "failed");
        input.value = "";
        return;
      }
      tell(zone.dataset.sending, "sending");
      input.disabled = true;
      const answer = await send(zone.dataset.attachTo, file);
      input.disabled = false;
      input.setCustomValidity("");
      input.value = ""; // the same file may be chosen again
      if (!answer?.url) {
        tell(answer?.message || zone.dataset.failed, "failed");
        return;
      }
      target.value = answer.url;
      for (const name of ["input", "change"]) target.dispatchEvent(new Event(name, { bubbles: true }));
      tell(answer.message, "done");
      const link = Object.assign(document.createElement("a"), { href: new URL(answer.url).pathname, target: "_blank", rel: "noopener", textContent: answer.message });
      state.replaceChildren(link);
    });
  });
}

// What the server said, or nothing where it could not be asked.
async function send(address, file) {
  const form = new FormData();
  form.append("piece", file);
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  try {
    const answer = await fetch(address, { method: "POST", body: form, headers: { "X-CSRF-Token": token, Accept: "application/json" } });
    return answer.redirected ? null : await answer.json();
  } catch {
    return null;
  }
}
