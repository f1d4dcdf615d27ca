// What the single view and the grid have in common: how a view enters the page and says
// what is wrong, and how a scene is painted and described.

const BAND_GAP = 10; // pixels

// One view for each element; Streamlit calls this again whenever data or theme change.
function mount(component, views, View) {
  const host = component.parentElement;
  if (!views.has(host)) views.set(host, new View(host));
  const view = views.get(host);
  view
    .update(component)
    .catch((error) => say(view, `The 3D view failed: ${error}`))
    .finally(() => tell(view, component));
  return () => {
    view.dispose();
    views.delete(host);
  };
}

function say(view, sentence) {
  view.message.textContent = sentence;
  view.message.hidden = false;
  view.root.dataset.ready = "false";
}

// The server loads the model once the first picture, or what it failed of, is shown.
function tell(view, { data: [{ awaited }], setStateValue }) {
  if (!awaited || view.told) return;
  view.told = true;
  setStateValue("drawn", true);
}

function paintScene(viewer, scene, theme) {
  viewer.removeAllShapes();
  viewer.removeAllModels();
  viewer.setBackgroundColor(toNumber(theme.background), 1);
  const edge = { style: "outline", color: theme.outline, width: 0.03, maxpixels: 1.1 };
  viewer.setViewStyle(isLarge(scene) ? {} : edge);
  drawAtoms(viewer, scene, theme);
  drawBonds(viewer, scene, theme);
  drawCell(viewer, scene, theme);
  drawSurfaces(viewer, scene, theme);
}

// Pixels above and below the crystal that buttons, legend, bar and axes need for
// themselves: nothing lies over the atoms.
function bands({ stage, tools, name, legend, bar, axes }) {
  const box = stage.getBoundingClientRect();
  const lower = [legend, bar, axes]
    .map((part) => part.getBoundingClientRect())
    .filter(({ height }) => height)
    .map(({ top }) => box.bottom - top);
  const upper = (tools ?? name).getBoundingClientRect().bottom - box.top;
  return { top: upper + BAND_GAP, bottom: Math.max(0, ...lower) + BAND_GAP };
}

// Clip outside the crystal only; the far half fades a little into the background.
function setDepth(viewer, scene) {
  const centre = viewer.getView().slice(0, 3);
  const reach = Math.max(...scene.atoms.xyz.map((point) => norm(plus(point, centre))));
  viewer.setSlab(-1.5 * reach - 2, 2.6 * reach + 2);
}

function describeHit({ atoms, bonds, sites, wedges }, { kind, index }) {
  if (kind === "bond") return bonds.text[bonds.row[index]];
  if (kind === "wedge") return wedges[index].text;
  const site = atoms.site[index];
  const note = sites.note ? ` \u00b7 ${sites.note[site]}` : "";
  return `${sites.label[site]} (${atoms.image[index].join(" ")})${note}`;
}
