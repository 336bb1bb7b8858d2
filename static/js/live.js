// Says a sentence to screen readers, in the live region that base.html holds.
const ROOM = 4000; // what was just said is left in peace that long by what can wait
let timer = 0;
let waiting = 0;
let last = 0;

// `gently`: after what was just said, rather than in its place.
export function say(text, { gently = false } = {}) {
  clearTimeout(waiting);
  const rest = last + ROOM - Date.now();
  if (gently && rest > 0) {
    waiting = setTimeout(() => say(text), rest);
    return;
  }
  last = Date.now();
  const region = document.getElementById("live");
  if (!region) return;
  region.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(() => (region.textContent = text), 60); // a change is announced, the same text again is not
}

// The server speaks too: render(…, announce="…") sends the event in a header.
export function listen() {
  document.body.addEventListener("tabellion:say", (event) => say(event.detail.text));
}
