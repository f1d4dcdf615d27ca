// The crystal viewer: one Streamlit component around 3Dmol.js.
//
// Streamlit keeps this element while its key stays the same and calls the default export
// again only when the data or the theme changes, so the camera survives reruns; across
// page switches it is kept in sessionStorage under the crystal's hash. Every string that
// may come from a file reaches the page through textContent or a canvas, never as markup.

const TURN_MS = 260;
const NUMBERS_FIRST_MS = 80;
const VIEWS = new WeakMap();

export default function startView(component) {
  return mount(component, VIEWS, View);
}

class View {
  constructor(host) {
    this.root = host.querySelector(".crystal-view");
    for (const part of ["stage", "tools", "legend", "bar", "axes", "tip", "message", "labels"])
      this[part] = this.root.querySelector(`.${part}`);
    this.viewer = null;
    this.scene = null;
    this.home = null; // the camera as fitted
    this.glow = [];
    this.measured = [];
    this.picked = { bonds: [], sites: [] };
    this.measuring = false;
    this.labelled = false;
    buildTools(this);
    listen(this);
  }

  async update({ data: [data], setTriggerValue }) {
    this.send = (event) => setTriggerValue("picked", event);
    this.title = data.title;
    this.latest = data;
    this.root.style.setProperty("--height", `${data.height}px`);
    if (!data.library.present) return say(this, data.library.missing);
    if (!this.viewer && !hasWebGL()) return say(this, data.library.no_webgl);
    await loadLibrary(data.library.url);
    // Another crystal's numbers come right behind its picture, and painting holds them up.
    if (this.scene && this.scene.structure !== data.scene.structure)
      await new Promise((done) => setTimeout(done, NUMBERS_FIRST_MS));
    if (this.gone || this.latest !== data) return undefined;
    if (!this.viewer) this.start();
    const theme = readTheme(this.root);
    const fresh = this.hash !== data.hash || this.theme?.key !== theme.key;
    const other = this.scene?.structure !== data.scene.structure;
    const resized = String(this.scene?.supercell) !== String(data.scene.supercell);
    const before = this.scene && { kind: kindOf(this.scene), turned: this.turned() };
    Object.assign(this, { scene: data.scene, hash: data.hash, theme });
    this.picked = data.picked;
    paintOnce([this.viewer], () => {
      if (fresh) this.redraw();
      if (other || resized || this.outgrown(before)) this.openCamera();
      this.relight();
    });
    this.message.hidden = true;
    this.root.dataset.ready = "true";
    return this.report();
  }

  start() {
    this.viewer = window.$3Dmol.createViewer(this.stage, {
      antialias: true,
      orthographic: true,
      hoverDuration: 0,
    });
    softenLight(this.viewer.getRenderer());
    this.viewer.setViewChangeCallback(() => this.moved());
  }

  redraw() {
    [this.glow, this.ruler, this.measured] = [[], [], []];
    paintScene(this.viewer, this.scene, this.theme);
    fillLegend(this);
    fillBar(this);
    fillLabels(this);
    setDepth(this.viewer, this.scene);
  }

  relight() {
    for (const shape of this.glow) this.viewer.removeShape(shape);
    this.glow = drawHighlight(this.viewer, this.scene, this.picked, this.theme);
    this.viewer.render();
  }

  openCamera() {
    let view = null;
    try {
      view = JSON.parse(window.sessionStorage.getItem(this.cameraKey()));
    } catch {
      // Without storage (a privacy setting) the camera opens at home.
    }
    this.home = this.fitted("home");
    this.viewer.setView(Array.isArray(view) && view.length === 8 ? view : this.home);
    setDepth(this.viewer, this.scene);
  }

  // Whether another kind of picture, or one that reaches farther, asks for a new fit;
  // never after someone has turned the crystal.
  outgrown(before) {
    if (!before || before.turned) return false;
    const closeness = 3; // Its place in 3Dmol's view.
    return (
      before.kind !== kindOf(this.scene) ||
      this.fitted("home")[closeness] < this.home[closeness] - 0.5
    );
  }

  turned() {
    const view = this.viewer.getView();
    return !this.home?.every((value, k) => Math.abs(value - view[k]) < 1e-3);
  }

  cameraKey() {
    return `crysformer.camera.${this.scene.structure}.${this.scene.supercell.join("x")}`;
  }

  fitted(name) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const padding = { x: Math.min(60, 0.06 * width), ...bands(this) };
    return fittedView(this.scene, this.scene.views[name], width, height, padding);
  }

  // Another size of the picture, as on the full screen: the same side, filling it again.
  refit() {
    const side = this.viewer.getView().slice(4, 8);
    const untouched = !this.turned();
    const fitted = this.fitted("home");
    if (untouched) this.home = fitted;
    this.viewer.setView([...fitted.slice(0, 4), ...side]);
  }

  turnTo(name) {
    const [from, to] = [this.viewer.getView().slice(0, 8), this.fitted(name)];
    if (name === "home") this.home = to;
    const started = performance.now();
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (now) => {
      const share = calm ? 1 : Math.min(1, (now - started) / TURN_MS);
      const ease = share * share * (3 - 2 * share);
      const place = from.slice(0, 4).map((value, k) => value + ease * (to[k] - value));
      this.viewer.setView([...place, ...slerp(from.slice(4), to.slice(4), ease)]);
      if (share < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  moved() {
    if (this.moving) return;
    this.moving = requestAnimationFrame(() => {
      this.moving = null;
      if (!this.scene) return;
      placeLabels(this);
      drawAxes(this);
      this.report();
    });
  }

  report() {
    const camera = this.viewer.getView().slice(0, 8).map((value) => Number(value.toFixed(4)));
    const { counts, structure, bonds } = this.scene;
    this.root.dataset.scene = JSON.stringify({
      hash: this.hash,
      structure,
      counts,
      camera,
      layer: bonds ? bonds.layer : null,
      picked: this.picked,
      labels: this.labelled,
    });
    try {
      if (this.turned()) window.sessionStorage.setItem(this.cameraKey(), JSON.stringify(camera));
      else window.sessionStorage.removeItem(this.cameraKey());
    } catch {
      // The camera then lasts as long as the page.
    }
  }

  lens() {
    const { clientWidth, clientHeight } = this.stage;
    return projector(this.viewer.getView(), clientWidth, clientHeight);
  }

  under(event) {
    if (!this.scene || !this.viewer) return null;
    const box = this.stage.getBoundingClientRect();
    return pick(this.scene, this.lens(), event.clientX - box.left, event.clientY - box.top);
  }

  describe(hit) {
    return describeHit(this.scene, hit);
  }

  choose(hit) {
    if (this.measuring) return hit?.kind === "atom" ? this.measure(hit.index) : undefined;
    this.picked = { bonds: [], sites: [] };
    if (hit?.kind === "atom") this.picked.sites = [this.scene.atoms.site[hit.index]];
    if (hit?.kind === "bond")
      this.picked.bonds = [this.scene.bonds.id[this.scene.bonds.row[hit.index]]];
    if (hit?.kind === "wedge") this.picked.bonds = [this.scene.wedges[hit.index].id];
    this.relight();
    this.report();
    return this.send({
      kind: hit ? (hit.kind === "atom" ? "atom" : "bond") : "none",
      bond: this.picked.bonds[0] ?? null,
      site: this.picked.sites[0] ?? null,
    });
  }

  // Two clicked atoms give a distance, three an angle; a fourth starts again.
  measure(index) {
    if (this.measured.length === 3) this.measured = [];
    this.measured.push(index);
    const points = this.measured.map((k) => this.scene.atoms.xyz[k]);
    for (const shape of this.ruler ?? []) this.viewer.removeShape(shape);
    this.ruler = drawMeasure(this.viewer, points, this.theme);
    this.viewer.render();
    const names = this.measured.map((k) => this.describe({ kind: "atom", index: k }));
    const reading = read(points);
    this.tip.hidden = false;
    this.tip.textContent = `${names.join(" \u2013 ")}${reading ? `: ${reading.text}` : ""}`;
    placeTip(this, 12, this.stage.clientHeight - 12);
    if (!reading) return;
    const sites = this.measured.map((k) => this.scene.atoms.site[k]);
    this.send({ kind: reading.kind, value: reading.value, sites, names });
  }

  setMeasuring(on) {
    this.measuring = on;
    this.measured = [];
    for (const shape of this.ruler ?? []) this.viewer?.removeShape(shape);
    this.ruler = [];
    this.tip.hidden = true;
    this.stage.classList.toggle("measuring", on);
    if (this.scene) this.viewer.render();
  }

  dispose() {
    cancelAnimationFrame(this.moving);
    this.gone = true;
    if (this.viewer) letGo(this.viewer);
  }
}

function kindOf(scene) {
  return `${scene.bonds?.layer} ${Boolean(scene.wedges?.length)}`;
}

function read(points) {
  if (points.length < 2) return null;
  if (points.length === 2) {
    const value = norm(minus(points[1], points[0]));
    return { kind: "distance", value, text: `${value.toFixed(3)} Å` };
  }
  const [one, two] = [minus(points[0], points[1]), minus(points[2], points[1])];
  const cosine = Math.max(-1, Math.min(1, dot(unit(one), unit(two))));
  const value = (Math.acos(cosine) * 180) / Math.PI;
  return { kind: "angle", value, text: `${value.toFixed(2)}°` };
}
