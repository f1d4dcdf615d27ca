// Small pictures of one crystal, one for each block and head: BertViz's model view. Python
// lays the crystal out once; this file paints it in each head's colours.

const SHARP = 2; // canvas pixels for each pixel of the screen
const STRIPS = new WeakMap();

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".strip");
  const key = JSON.stringify(data.modules);
  root.send = (chosen) => setTriggerValue("chosen", chosen);
  root.chosen = data.chosen;
  // Painting again costs more than marking what is chosen.
  if (STRIPS.get(root) === key) return mark(root, root.chosen);
  STRIPS.set(root, key);
  afterFrame(() => {
    if (STRIPS.get(root) !== key) return; // Another strip has been asked for since.
    build(root, data);
    mark(root, root.chosen);
  });
}

// The large picture comes first: sixteen small ones take as long as a few frames.
function afterFrame(work) {
  requestAnimationFrame(() => setTimeout(work));
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function build(root, { modules }) {
  root.classList.toggle("wide", modules.length > 1);
  root.replaceChildren();
  for (const { name, pictures } of modules) {
    if (modules.length > 1) root.append(make("p", "module", name));
    pictures.heads.forEach((heads, block) => {
      const box = make("div", "block");
      const row = make("div", "heads");
      box.append(choice(root, "name", `Block ${block + 1}`, name, block, null), row);
      heads.forEach((colours, head) => {
        const button = choice(root, "head", undefined, name, block, head);
        button.append(paint(pictures, colours), make("span", "", `${head + 1}`));
        row.append(button);
      });
      root.append(box);
    });
  }
}

function choice(root, className, text, module, block, head) {
  const button = make("button", className, text);
  const what = head === null ? `block ${block + 1}, all heads` : `block ${block + 1}, head ${head + 1}`;
  button.type = "button";
  button.title = `${module}, ${what}`;
  button.setAttribute("aria-label", button.title);
  Object.assign(button.dataset, { module, block, head: head ?? "" });
  button.onclick = () => {
    const again = button.getAttribute("aria-pressed") === "true";
    root.send(again ? { module, block: null, head: null } : { module, block, head });
  };
  return button;
}

function mark(root, { modules, block, head }) {
  for (const button of root.querySelectorAll("button")) {
    const { module, block: own, head: ownHead } = button.dataset;
    const here = modules.includes(module) && !(block === null && head === null);
    const fits = block === null || Number(own) === block;
    const pressed = ownHead === "" ? head === null : head === null || Number(ownHead) === head;
    button.setAttribute("aria-pressed", String(here && fits && pressed && !(block === null && ownHead === "")));
  }
}

function paint({ size: [width, height], parts, edges, palette, widths }, colours) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SHARP * width, SHARP * height];
  const pen = canvas.getContext("2d");
  pen.scale(SHARP, SHARP);
  pen.lineCap = "round";
  const line = ([x, y, u, v], colour, thick) => {
    [pen.strokeStyle, pen.lineWidth] = [colour, thick];
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(u, v);
    pen.stroke();
  };
  for (const edge of edges) line(edge, "#8a94a3", 0.6);
  for (const part of parts) {
    if (part.length === 5) {
      const colour = colours[part[4]];
      if (colour >= 0) line(part, palette[colour], widths[colour]);
      continue;
    }
    const [x, y, radius, fill] = part;
    pen.fillStyle = fill;
    pen.beginPath();
    pen.arc(x, y, Math.max(0.8 * radius, 1), 0, 2 * Math.PI);
    pen.fill();
    [pen.strokeStyle, pen.lineWidth] = ["rgb(0 0 0 / 35%)", 0.4];
    pen.stroke();
  }
  return canvas;
}
