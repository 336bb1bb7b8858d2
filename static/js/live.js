// Says a sentence to screen readers, in the live region that base.html holds.
let timer = 0;

export function say(text) {
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
