"use strict";
for (const chart of document.querySelectorAll(".icicle")) {
  const cells = [...chart.querySelectorAll(".cell")];
  const figure = chart.closest("figure");
  const again = figure.querySelector(".again");
  const said = figure.querySelector(".said-of");
  const place = new Map(cells.map((cell, at) => [cell, { at, ...numbers(cell) }]));
  let focused = cells[0];
  let shown = [0, 100];

  function numbers(cell) {
    const { x, w, l } = cell.dataset;
    return { x: Number(x), w: Number(w), level: Number(l) };
  }

  function show(from, width) {
    shown = [from, width];
    for (const [cell, { x, w }] of place) {
      const start = Math.max(0, (x - from) / width * 100);
      const end = Math.min(100, (x + w - from) / width * 100);
      const seen = end - start > 0.02;
      cell.classList.toggle("gone", !seen);
      cell.classList.toggle("slim", 3200 > (end - start) * chart.getBoundingClientRect().width);
      cell.classList.toggle("above", x + 0.001 >= from ? w > width + 0.001 : seen);
      cell.setAttribute("x", start + "%");
      cell.setAttribute("width", Math.max(0, end - start) + "%");
    }
    again.hidden = width > 99.99;
  }

  function zoom(cell) {
    const { x, w } = place.get(cell);
    show(x, w);
    focus(cell);
  }

  function focus(cell) {
    focused.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    focused = cell;
    cell.focus();
    said.textContent = cell.getAttribute("aria-label");
  }

  // The nearest that is seen, before or behind, on the level that is wanted.
  function go(step, level, within) {
    const { at, x, w } = place.get(focused);
    for (let next = at + step; cells[next]; next += step) {
      const other = place.get(cells[next]);
      const inside = within ? other.x + 0.001 >= x ? x + w + 0.001 >= other.x + other.w : false : true;
      if (cells[next].classList.contains("gone") ? false : other.level === level ? inside : false) {
        focus(cells[next]);
        return;
      }
    }
  }

  const keys = {
    ArrowDown: (level) => go(1, level + 1, true),
    ArrowUp: (level) => go(-1, level - 1, false),
    ArrowRight: (level) => go(1, level, false),
    ArrowLeft: (level) => go(-1, level, false),
    Home: () => focus(cells[0]),
    Enter: () => zoom(focused),
    " ": () => zoom(focused),
    Escape: () => show(0, 100),
  };

  chart.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act) {
      event.preventDefault();
      act(place.get(focused).level);
    }
  });
  chart.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) {
      zoom(cell);
    }
  });
  chart.addEventListener("pointerover", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) {
      said.textContent = cell.getAttribute("aria-label");
    }
  });
  again.addEventListener("click", () => {
    show(0, 100);
    focus(focused);
  });
  addEventListener("resize", () => show(...shown));
  show(...shown);
  said.hidden = false;
  focused.setAttribute("tabindex", "0");
}
