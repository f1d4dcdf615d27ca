// One crystal of the grid; its stage is the part of the overlay that lies above it.
class Panel {
  constructor(grid, viewer) {
    this.grid = grid;
    this.viewer = viewer;
    this.stage = make("div", "frame");
    this.name = make("div", "name");
    this.axes = document.createElementNS(SVG, "svg");
    this.axes.setAttribute("class", "axes");
    this.axes.setAttribute("viewBox", "-42 -42 84 84");
    this.legend = make("div", "legend");
    this.labels = make("div", "labels");
    this.bar = make("div", "bar");
    this.glow = [];
    this.stage.append(this.labels, this.name, this.axes, this.legend, this.bar);
    softenLight(viewer.getRenderer());
    viewer.setViewChangeCallback(() => this.moved());
  }

  get labelled() {
    return this.grid.labelled;
  }

  show({ name, hash, scene }, theme) {
    Object.assign(this, { scene, hash, theme });
    this.name.textContent = name;
    paintScene(this.viewer, scene, theme);
    this.glow = [];
    fillLegend(this);
    fillBar(this);
    fillLabels(this);
  }

  relight(picked) {
    for (const shape of this.glow) this.viewer.removeShape(shape);
    this.glow = drawHighlight(this.viewer, this.scene, picked, this.theme);
    this.viewer.render();
  }

  lens() {
    const { clientWidth, clientHeight } = this.stage;
    return projector(this.viewer.getView(), clientWidth, clientHeight);
  }

  fitted(name) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const padding = { x: Math.min(40, 0.06 * width), ...bands(this) };
    return fittedView(this.scene, this.scene.views[name], width, height, padding);
  }

  camera() {
    return this.viewer.getView().slice(0, 8).map((value) => Number(value.toFixed(4)));
  }

  moved() {
    if (this.moving) return;
    this.moving = requestAnimationFrame(() => {
      this.moving = null;
      if (!this.scene || !this.stage.isConnected) return;
      placeLabels(this);
      drawAxes(this);
      this.grid.report();
    });
  }
}
