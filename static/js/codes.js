// A code is shown in groups (217 500 016 00019) once it is whole: data-groups="3 3 3 5". What is sent may hold the spaces,
// the server takes them out.
import { each } from "./each.js";

export function prepare(root) {
  each(root, "input[data-groups]", (input) => {
    const sizes = input.dataset.groups.split(" ").map(Number);
    const length = sizes.reduce((sum, size) => sum + size, 0);
    input.addEventListener("blur", () => {
      const bare = input.value.replace(/[\s.]/g, "");
      if (bare.length !== length || !/^[0-9A-Za-z]+$/.test(bare)) return;
      let at = 0;
      input.value = sizes.map((size) => bare.slice(at, (at += size))).join(" ");
    });
  });
}
