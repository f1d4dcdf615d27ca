// Several crystals side by side: one canvas with a 3Dmol viewer for each panel, all of
// them turned and zoomed by the same gestures and drawn to one scale.
//
// A grid answers to what the single view's helpers ask of a view (stage, tip, under,
// describe, turnTo ...), so pointer, wheel and keys work alike in both.

const NARROWEST = 170; // pixels a panel wants in a row
const NARROWEST_WITH_BAR = 280; // and one whose colours are explained in it
const PANEL_HEIGHT = 220; // of stacked panels: more than one stays in sight
const BAR_HEIGHT = 80;
const TALLEST = 1.5; // height of a panel over its width
const GRIDS = new WeakMap();

export default function startGrid(component) {
  return mount(component, GRIDS, Grid);
}

class Grid {
  constructor(host) {
    this.root = host.querySelector(".crystal-grid");
    for (const part of ["stage", "tools", "frames", "tip", "message"])
      this[part] = this.root.querySelector(`.${part}`);
    this.panels = [];
    this.measured = []; // a grid has no ruler
    this.labelled = false;
    this.viewer = {
      rotate: (...turn) => this.panels.forEach(({ viewer }) => viewer.rotate(...turn)),
      zoom: (factor) => this.panels.forEach(({ viewer }) => viewer.zoom(factor)),
    };
    this.addTools();
    listen(this);
    this.watcher = new ResizeObserver(() => this.arrange());
    this.watcher.observe(this.root);
  }

  get scene() {
    return this.panels[0]?.scene;
  }

  addTools() {
    const group = (...items) => {
      const box = make("div", "group");
      box.append(...items);
      this.tools.append(box);
    };
    group(
      ...AXES.map((name) => button(this, name, `Look along ${name}`, () => this.turnTo(name))),
    );
    group(
      button(this, "\u2212", "Zoom out", () => this.viewer.zoom(1 / 1.2)),
      button(this, "+", "Zoom in", () => this.viewer.zoom(1.2)),
      button(this, "Reset", "Reset the cameras", () => this.turnTo("home")),
    );
    group(
      toggle(this, "Labels", "Show atom labels", (on) => {
        this.labelled = on;
        this.panels.forEach((panel) => panel.moved());
      }),
      button(this, "PNG", "Save the picture as PNG at twice the size", () => this.save()),
    );
  }

  async update({ data: [data], setTriggerValue }) {
    this.send = (event) => setTriggerValue("picked", event);
    this.title = data.title;
    if (!data.library.present) return say(this, data.library.missing);
    if (!hasWebGL()) return say(this, data.library.no_webgl);
    await loadLibrary(data.library.url);
    if (this.gone) return undefined;
    const theme = readTheme(this.root);
    const hash = data.scenes.map((scene) => scene.hash).join() + theme.key;
    this.data = data;
    this.picked = data.picked;
    if (this.hash !== hash) this.draw(theme);
    else this.relight();
    this.hash = hash;
    this.message.hidden = true;
    this.root.dataset.ready = "true";
    return this.report();
  }

  // Columns and rows that leave each panel enough room.
  shape() {
    const [count, width] = [this.data.scenes.length, this.root.clientWidth];
    if (width / count >= (this.hasBar() ? NARROWEST_WITH_BAR : NARROWEST)) return [count, 1];
    return count === 4 ? [2, 2] : [1, count];
  }

  hasBar() {
    return this.data.scenes.some(({ scene }) => scene.colour_bar);
  }

  // A grid of viewers cannot change its shape, so another number or order is a new grid.
  draw(theme) {
    const [columns, rows] = this.shape();
    const key = `${columns}x${rows}`;
    const tallest = Math.max(280, (TALLEST * this.root.clientWidth) / columns);
    const stacked = PANEL_HEIGHT + (this.hasBar() ? BAR_HEIGHT : 0);
    const height = rows === 1 ? Math.min(this.data.height, tallest) : rows * stacked;
    this.root.style.height = `${height + this.stage.offsetTop}px`;
    const cameras = this.panels.map((panel) => [panel.scene.structure, panel.camera()]);
    const same = this.key === key && cameras.every(
      ([structure], k) => structure === this.data.scenes[k].scene.structure,
    );
    if (this.key !== key) this.build(columns, rows, key);
    this.paintOnce(() => {
      this.panels.forEach((panel, k) => panel.show(this.data.scenes[k], theme));
      if (same) this.panels.forEach((panel, k) => panel.viewer.setView(cameras[k][1]));
      else this.openCameras();
      this.panels.forEach((panel) => panel.relight(this.picked));
    });
    this.theme = theme;
  }

  relight() {
    this.paintOnce(() => this.panels.forEach((panel) => panel.relight(this.picked)));
  }

  paintOnce(change) {
    paintOnce(this.panels.map(({ viewer }) => viewer), change);
  }

  build(columns, rows, key) {
    this.clear();
    const options = { antialias: true, orthographic: true, hoverDuration: 0 };
    // Every gesture reaches every viewer, wherever on the canvas it is made.
    const shape = { rows, cols: columns, control_all: true };
    const viewers = window.$3Dmol.createViewerGrid(this.stage, shape, options).flat();
    this.frames.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
    this.panels = viewers.map((viewer) => new Panel(this, viewer));
    this.frames.replaceChildren(...this.panels.map((panel) => panel.stage));
    this.key = key;
  }

  // Resizing one viewer clears the canvas of all: once all have resized, draw all.
  arrange() {
    if (!this.panels.length) return;
    const [columns, rows] = this.shape();
    if (this.key !== `${columns}x${rows}`) return this.draw(this.theme);
    requestAnimationFrame(() => {
      this.paintOnce(() => this.panels.forEach(({ viewer }) => viewer.resize()));
    });
  }

  fitted(name) {
    const views = this.panels.map((panel) => panel.fitted(name));
    const far = Math.min(...views.map((view) => view[3]));
    return views.map((view) => [...view.slice(0, 3), far, ...view.slice(4)]);
  }

  openCameras() {
    let kept = null;
    try {
      kept = JSON.parse(window.sessionStorage.getItem(this.cameraKey()));
    } catch {
      // Without storage (a privacy setting) the cameras open at home.
    }
    this.home = this.fitted("home");
    const usable = Array.isArray(kept) && kept.length === this.panels.length;
    (usable ? kept : this.home).forEach((view, k) => this.panels[k].viewer.setView(view));
    this.panels.forEach((panel) => setDepth(panel.viewer, panel.scene));
  }

  cameraKey() {
    return `crysformer.cameras.${this.panels.map((panel) => panel.scene.structure).join()}`;
  }

  turnTo(name) {
    this.paintOnce(() =>
      this.fitted(name).forEach((view, k) => this.panels[k].viewer.setView(view)),
    );
    if (name === "home") this.home = this.fitted("home");
  }

  report() {
    const cameras = this.panels.map((panel) => panel.camera());
    this.root.dataset.scene = JSON.stringify({
      key: this.key,
      panels: this.panels.map(({ scene, hash }, k) => ({
        hash,
        structure: scene.structure,
        counts: scene.counts,
        camera: cameras[k],
      })),
      picked: this.picked,
      labels: this.labelled,
    });
    try {
      window.sessionStorage.setItem(this.cameraKey(), JSON.stringify(cameras));
    } catch {
      // The cameras then last as long as the page.
    }
  }

  under(event) {
    for (const panel of this.panels) {
      const box = panel.stage.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      if (x < 0 || y < 0 || x > box.width || y > box.height) continue;
      const hit = pick(panel.scene, panel.lens(), x, y);
      return hit && { ...hit, panel };
    }
    return null;
  }

  describe(hit) {
    return describeHit(hit.panel.scene, hit);
  }

  // Where the panels show one crystal, what is picked in one is lit in all of them.
  choose(hit) {
    this.tip.hidden = true;
    if (!this.data.pickable) return;
    const { scene } = hit?.panel ?? {};
    const bond = hit?.kind === "bond" ? scene.bonds.id[scene.bonds.row[hit.index]] : null;
    const site = hit?.kind === "atom" ? scene.atoms.site[hit.index] : null;
    this.picked = { bonds: bond === null ? [] : [bond], sites: site === null ? [] : [site] };
    this.relight();
    this.report();
    const kind = site !== null ? "atom" : bond !== null ? "bond" : "none";
    this.send({ kind, bond, site });
  }

  save() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.fillStyle = this.theme.background;
    pen.fillRect(0, 0, width, height);
    pen.drawImage(this.panels[0].viewer.getCanvas(), 0, 0, width, height);
    for (const panel of this.panels) {
      const { offsetLeft: left, offsetTop: top, offsetHeight: tall } = panel.stage;
      pen.save();
      pen.translate(left, top);
      pen.fillStyle = this.theme.text;
      pen.font = `600 14px ${this.theme.font}`;
      [pen.textAlign, pen.textBaseline] = ["left", "middle"];
      pen.fillText(panel.name.textContent, 14, 18);
      paintLabels(panel, pen);
      paintLegend(panel, pen, tall);
      const { colour_bar: bar, site_bar: siteBar } = panel.scene;
      if (bar) paintBar(panel, pen, bar, panel.stage.offsetWidth - 238, tall);
      if (siteBar) paintBar(panel, pen, siteBar, 24, tall - 44);
      pen.restore();
    }
    const link = document.createElement("a");
    link.download = `${this.title}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  }

  clear() {
    for (const { viewer } of this.panels) letGo(viewer);
    this.panels = [];
    this.stage.replaceChildren();
  }

  dispose() {
    this.gone = true;
    this.watcher.disconnect();
    this.clear();
  }
}
