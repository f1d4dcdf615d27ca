// Everything around the picture: buttons, legend, colour bar, labels, axes, tooltip, PNG.

const SVG = "http://www.w3.org/2000/svg";
const AXIS_COLOURS = ["#d55e00", "#009e73", "#3a86d8"];
const ROTATE_STEP = 10;
const AXES = ["a", "b", "c", "a*", "b*", "c*"];
const CLICK_PIXELS = 4;
const MAX_LABELS = 400;

function readTheme(root) {
  const css = getComputedStyle(root);
  const value = (name, fallback) => hex(css.getPropertyValue(name).trim() || fallback);
  const background = value("--st-background-color", "#ffffff");
  const text = value("--st-text-color", "#222222");
  const accent = value("--st-primary-color", "#c2410c");
  return {
    key: background + text + accent,
    background,
    text,
    accent,
    line: mix(text, background, 0.55),
    outline: mix(text, "#000000", isDark(background) ? 0.94 : 0.3),
    font: css.fontFamily,
  };
}

// Any CSS colour as #rrggbb: a canvas normalises it.
function hex(colour) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = colour;
  return pen.fillStyle.startsWith("#") ? pen.fillStyle : "#808080";
}

function isDark(colour) {
  const value = toNumber(colour);
  return (value >> 16) + ((value >> 8) & 255) + (value & 255) < 384;
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function button(view, text, label, action) {
  const element = make("button", "tool", text);
  element.type = "button";
  element.title = label;
  element.setAttribute("aria-label", label);
  element.onclick = () => view.scene && action(element);
  return element;
}

function toggle(view, text, label, change) {
  const element = button(view, text, label, () => {
    const on = element.getAttribute("aria-pressed") !== "true";
    element.setAttribute("aria-pressed", String(on));
    change(on);
  });
  element.setAttribute("aria-pressed", "false");
  return element;
}

function buildTools(view) {
  const group = (...items) => {
    const box = make("div", "group");
    box.append(...items);
    view.tools.append(box);
  };
  group(
    ...AXES.map((name) =>
      button(view, name, `Look along ${name}`, () => view.turnTo(name)),
    ),
  );
  group(
    button(view, "\u2212", "Zoom out", () => view.viewer.zoom(1 / 1.2)),
    button(view, "+", "Zoom in", () => view.viewer.zoom(1.2)),
    button(view, "Reset", "Reset the camera", () => view.turnTo("home")),
  );
  group(
    toggle(view, "Labels", "Show atom labels", (on) => {
      view.labelled = on;
      placeLabels(view);
      view.report();
    }),
    toggle(view, "Measure", "Measure: click two atoms for a distance, three for an angle", (on) =>
      view.setMeasuring(on),
    ),
    button(view, "PNG", "Save the picture as PNG at twice the size", () => savePicture(view)),
    ...(document.fullscreenEnabled ? [button(view, "Full", "Full screen", switchScreen)] : []),
  );
}

// The picture alone on the whole screen, and back; Escape leaves it, too.
function switchScreen(element) {
  if (document.fullscreenElement) document.exitFullscreen();
  else element.closest(".tools").parentElement.requestFullscreen();
}

// The canvas follows its box within a moment; only then can the picture be fitted.
const SETTLED_MS = 200;

function listen(view) {
  const { stage } = view;
  stage.parentElement.addEventListener("fullscreenchange", () =>
    setTimeout(() => view.refit(), SETTLED_MS),
  );
  let pressed = null;
  let active = false;
  stage.addEventListener("pointerdown", (event) => {
    pressed = [event.clientX, event.clientY];
    active = true;
    stage.focus({ preventScroll: true });
    if (!view.measuring) view.tip.hidden = true;
  });
  stage.addEventListener("pointerup", (event) => {
    const travel = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]);
    pressed = null;
    if (travel !== null && travel <= CLICK_PIXELS && event.button === 0)
      view.choose(view.under(event));
  });
  stage.addEventListener("pointermove", (event) => {
    if (!event.buttons && !view.measured.length) hover(view, event);
  });
  stage.addEventListener("pointerleave", () => {
    active = false;
    if (!view.measured.length) view.tip.hidden = true;
  });
  listenToFingers(stage);
  // The wheel scrolls the page until the picture has been touched.
  stage.addEventListener(
    "wheel",
    (event) => {
      if (!active && !event.ctrlKey) event.stopPropagation();
    },
    { capture: true },
  );
  stage.addEventListener("keydown", (event) => {
    const action = keyAction(view, event.key);
    if (!action || !view.scene) return;
    event.preventDefault();
    action();
  });
}

function keyAction(view, key) {
  return {
    ArrowLeft: () => view.viewer.rotate(-ROTATE_STEP, "vy"),
    ArrowRight: () => view.viewer.rotate(ROTATE_STEP, "vy"),
    ArrowUp: () => view.viewer.rotate(-ROTATE_STEP, "vx"),
    ArrowDown: () => view.viewer.rotate(ROTATE_STEP, "vx"),
    "+": () => view.viewer.zoom(1.2),
    "-": () => view.viewer.zoom(1 / 1.2),
    Home: () => view.turnTo("home"),
    Escape: () => view.choose(null),
  }[key];
}

function hover(view, event) {
  const hit = view.under(event);
  view.stage.classList.toggle("pointing", Boolean(hit));
  view.tip.hidden = !hit;
  if (!hit) return;
  view.tip.textContent = view.describe(hit);
  const box = view.stage.getBoundingClientRect();
  placeTip(view, event.clientX - box.left + 14, event.clientY - box.top + 14);
}

function placeTip(view, x, y) {
  const { clientWidth: width, clientHeight: height } = view.stage;
  const left = Math.max(8, Math.min(x, width - view.tip.offsetWidth - 8));
  const top = Math.max(8, Math.min(y, height - view.tip.offsetHeight - 8));
  view.tip.style.transform = `translate(${left}px, ${top}px)`;
}

function fillLegend(view) {
  view.legend.replaceChildren(
    ...view.scene.legend.map(({ symbol, colour, count }) => {
      const row = make("span", "element");
      const dot = make("i", "dot");
      dot.style.background = colour;
      row.append(dot, make("b", "", symbol), make("span", "count", `\u00d7${count}`));
      return row;
    }),
  );
  if (view.scene.bonds) view.legend.append(make("span", "layer", view.scene.bonds.layer));
  if (view.scene.counts.hollow) {
    const row = make("span", "element");
    row.append(make("i", "pipe"), make("span", "", "no reverse edge"));
    view.legend.append(row);
  }
}

function fillBar(view) {
  const { colour_bar: bar, site_bar: siteBar } = view.scene;
  view.bar.hidden = !bar;
  if (bar) view.bar.replaceChildren(...barParts(bar));
  if (!siteBar) return;
  // Atoms painted by numbers have a bar where else the elements are named.
  const box = make("div", "site-bar");
  box.append(...barParts(siteBar));
  view.legend.prepend(box);
}

function barParts(bar) {
  const strip = make("div", "strip");
  strip.style.background = `linear-gradient(to right, ${bar.colours.join(", ")})`;
  const ticks = make("div", "ticks");
  for (const { at, text } of bar.ticks) {
    const tick = make("span", "", text);
    tick.style.left = `${100 * at}%`;
    ticks.append(tick);
  }
  return [make("div", "title", bar.title), strip, ticks];
}

function fillLabels(view) {
  const { atoms, sites } = view.scene;
  const shown = atoms.site.map((site, k) => k).filter((k) => atoms.kind[k] !== KIND.ghost);
  view.labels.replaceChildren(
    ...shown.slice(0, MAX_LABELS).map((k) => {
      const label = make("span", "", sites.label[atoms.site[k]]);
      label.dataset.atom = k;
      return label;
    }),
  );
}

function placeLabels(view) {
  view.labels.hidden = !view.labelled;
  if (!view.labelled) return;
  const lens = view.lens();
  for (const label of view.labels.children) {
    const [x, y] = lens.project(view.scene.atoms.xyz[Number(label.dataset.atom)]);
    label.style.transform = `translate(-50%, -50%) translate(${x}px, ${y}px)`;
  }
}

function drawAxes(view) {
  const { rows } = view.lens();
  const arrows = view.scene.cell.matrix.map((vector, k) => {
    const along = unit(vector);
    return { k, tip: rows.map((row) => dot(row, along)) };
  });
  arrows.sort((one, two) => one.tip[2] - two.tip[2]);
  view.axes.replaceChildren(
    ...arrows.flatMap(({ k, tip: [x, y] }) => {
      const line = document.createElementNS(SVG, "line");
      const letter = document.createElementNS(SVG, "text");
      const set = (element, values) =>
        Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
      set(line, { x1: 0, y1: 0, x2: 26 * x, y2: -26 * y, stroke: AXIS_COLOURS[k] });
      set(letter, { x: 36 * x, y: -36 * y, fill: AXIS_COLOURS[k] });
      letter.textContent = AXES[k];
      return [line, letter];
    }),
  );
}
