// The calendar beside a date that is typed: the browser's own, reached by a button. It writes 12/03/2024 in French
// pages and 2024-03-12 in English ones; both are understood. data-calendar-time: an hour after the day is kept.
import { each } from "./each.js";

const DAY = /^\s*(?:(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})|\d{4}-\d{2}-\d{2})/;
const typed = (text) => {
  const [found, day, month, year] = text.match(DAY) ?? [""];
  return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : found.trim();
};

export function prepare(root) {
  if (!("showPicker" in HTMLInputElement.prototype)) return;
  each(root, "[data-calendar]", (button) => {
    const input = document.getElementById(button.dataset.calendar);
    if (!input) return;
    const picker = document.createElement("input");
    picker.type = "date";
    picker.tabIndex = -1;
    picker.className = "visually-hidden";
    picker.setAttribute("aria-hidden", "true");
    button.after(picker);
    button.hidden = false;
    button.addEventListener("click", () => {
      picker.value = typed(input.value);
      picker.showPicker();
    });
    picker.addEventListener("change", () => {
      if (!picker.value) return;
      const [year, month, day] = picker.value.split("-");
      const after = "calendarTime" in button.dataset && DAY.test(input.value) ? input.value.replace(DAY, "") : "";
      input.value = (document.documentElement.lang === "fr" ? `${day}/${month}/${year}` : picker.value) + after;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
  });
}
