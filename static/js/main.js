// What scripts add to pages that work without them. Each module prepares the elements it knows in a part of the page:
// the whole page first, then whatever htmx swaps in.
import { prepare as attachments } from "./attach.js";
import { prepare as axes } from "./axes.js";
import { prepare as calendars } from "./calendar.js";
import { prepare as codes } from "./codes.js";
import { prepare as comboboxes } from "./combobox.js";
import { prepare as copies } from "./copy.js";
import { prepare as dialogs } from "./dialog.js";
import { prepare as drafts } from "./draft.js";
import { prepare as errors } from "./errors.js";
import { watch as watchFaults } from "./fault.js";
import { prepare as files } from "./file.js";
import { focusFirst, prepare as forms } from "./form.js";
import { prepare as lists, watch as watchFilters } from "./list.js";
import { listen } from "./live.js";
import { prepare as menus } from "./menu.js";
import { prepare as proposals } from "./proposal.js";
import { prepare as reveals } from "./reveal.js";
import { watch as watchSession } from "./session.js";

const modules = [
  attachments, axes, calendars, codes, comboboxes, copies, dialogs, errors, files, forms, lists, menus, proposals, reveals, drafts,
];
const prepareAll = (root) => modules.forEach((prepare) => prepare(root));

prepareAll(document);
focusFirst(document);
listen();
watchSession();
watchFaults();
watchFilters();
document.body.addEventListener("htmx:afterSwap", (event) => prepareAll(event.detail.elt));
document.addEventListener("tabellion:added", (event) => prepareAll(event.target));
document.documentElement.dataset.ready = "true"; // tests wait for it
