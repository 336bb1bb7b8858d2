// What htmx could not do is said in the page: the server's own words, or that it cannot be reached.
function tell(text) {
  const template = document.getElementById("fault");
  const place = document.getElementById("faults");
  if (!template || !place || !text) return;
  const [banner, button] = template.content.cloneNode(true).children;
  banner.querySelector("p").textContent = text;
  banner.append(button);
  button.addEventListener("click", () => banner.remove());
  place.replaceChildren(banner);
}

// The server cannot be reached: said in place of an error page of the browser, which would take what was typed with it.
export const tellUnreachable = () => tell(document.getElementById("fault")?.dataset.unreachable);

export function watch() {
  document.body.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const words = [...page.querySelectorAll("h1, h1 ~ p:not(.actions, .small)")].map((part) => part.textContent.trim());
    tell(words.map((part) => part.replace(/([^.!?…])$/, "$1.")).join(" ") || event.detail.xhr.statusText);
  });
  document.body.addEventListener("htmx:sendError", tellUnreachable);
}
