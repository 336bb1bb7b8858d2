// Copies what the pages load from node_modules into static/vendor/ (`make vendor`). No bundler: files as published,
// and one sprite of the icons that package.json names under "icons".
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, "node_modules");
const out = join(root, "static", "vendor");
const { icons } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const files = {
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "htmx.org/LICENSE": "htmx.LICENSE.txt",
  "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "tabulator-tables/dist/js/tabulator.min.js": "tabulator/tabulator.min.js",
  "tabulator-tables/dist/css/tabulator.min.css": "tabulator/tabulator.min.css",
  "tabulator-tables/LICENSE": "tabulator/LICENSE.txt",
  "@fontsource/atkinson-hyperlegible-next/LICENSE": "fonts/OFL.txt",
};
const next = "atkinson-hyperlegible-next-latin";
for (const face of ["400-normal", "400-italic", "700-normal"])
  files[`@fontsource/atkinson-hyperlegible-next/files/${next}-${face}.woff2`] = `fonts/next-${face}.woff2`;
files["@fontsource/atkinson-hyperlegible-mono/files/atkinson-hyperlegible-mono-latin-400-normal.woff2"] =
  "fonts/mono-400-normal.woff2";

// The source maps are not copied: the comment that names them would make a browser ask for a file that is not there.
const withoutMapComment = (text) => text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=\S+(\s*\*\/)?\s*$/, "\n");

rmSync(out, { recursive: true, force: true });
for (const [from, to] of Object.entries(files)) {
  const target = join(out, to);
  mkdirSync(dirname(target), { recursive: true });
  if (/\.(js|css)$/.test(to)) writeFileSync(target, withoutMapComment(readFileSync(join(modules, from), "utf8")));
  else cpSync(join(modules, from), target);
}

const symbols = icons.map((name) => {
  const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const inside = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const shapes = inside.replace(/\s*\n\s*/g, "").replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`; // strokes and size are the page's: .icon
});
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
console.log(`static/vendor: ${Object.keys(files).length} files and ${icons.length} icons`);
