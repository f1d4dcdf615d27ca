// Saving the picture.

// The canvas with labels, legend and colour bar painted on, at twice the screen's size.
function savePicture(view) {
  const { clientWidth: width, clientHeight: height } = view.stage;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = view.theme.background;
  pen.fillRect(0, 0, width, height);
  pen.drawImage(view.viewer.getCanvas(), 0, 0, width, height);
  paintLabels(view, pen);
  paintLegend(view, pen, height);
  if (view.scene.colour_bar) paintBar(view, pen, view.scene.colour_bar, width - 238, height);
  if (view.scene.site_bar) paintBar(view, pen, view.scene.site_bar, 24, height);
  const link = document.createElement("a");
  link.download = `${view.title.replace(/[^\w.-]+/g, "_") || "crystal"}.png`;
  link.href = canvas.toDataURL("image/png");
  link.click();
}

function paintLabels(view, pen) {
  if (!view.labelled) return;
  const lens = view.lens();
  pen.font = `600 11px ${view.theme.font}`;
  [pen.textAlign, pen.textBaseline, pen.lineWidth] = ["center", "middle", 3];
  [pen.strokeStyle, pen.fillStyle] = [view.theme.background, view.theme.text];
  for (const label of view.labels.children) {
    const [x, y] = lens.project(view.scene.atoms.xyz[Number(label.dataset.atom)]);
    pen.strokeText(label.textContent, x, y);
    pen.fillText(label.textContent, x, y);
  }
}

function paintLegend(view, pen, height) {
  pen.font = `600 13px ${view.theme.font}`;
  [pen.textAlign, pen.textBaseline] = ["left", "middle"];
  let x = 18;
  for (const { symbol, colour } of view.scene.legend) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, height - 20, 6, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = view.theme.text;
    pen.fillText(symbol, x + 11, height - 20);
    x += 30 + pen.measureText(symbol).width;
  }
}

function paintBar(view, pen, { title, colours, ticks }, left, height) {
  const [top, long] = [height - 34, 214];
  const fill = pen.createLinearGradient(left, 0, left + long, 0);
  colours.forEach((colour, k) => fill.addColorStop(k / (colours.length - 1), colour));
  pen.fillStyle = fill;
  pen.fillRect(left, top, long, 9);
  pen.fillStyle = view.theme.text;
  pen.font = `12px ${view.theme.font}`;
  pen.textAlign = "left";
  pen.fillText(title, left, top - 11);
  pen.textAlign = "center";
  for (const { at, text } of ticks) pen.fillText(text, left + at * long, top + 20);
}
