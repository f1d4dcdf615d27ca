// Turns a scene into 3Dmol shapes: spheres as impostors of one model, everything else as
// a few merged meshes, because thousands of single shapes take seconds to upload.

const KIND = { cell: 0, boundary: 1, ghost: 2 };
const CELL_RADIUS = 0.018;
const GHOST_FADE = 0.5;
const HOLLOW_FADE = 0.72;

// 3Dmol lights everything with one lamp and no ambience, which leaves black rims. These
// replacements soften the lamp, add a sky, and give spheres a small highlight. A pattern
// that a later 3Dmol no longer holds is left alone: the picture is then merely plainer.
const RELIGHT = [
  [
    "vec3 color = vLight*vColor;",
    `float lamp = 0.5 + 0.5 * dotProduct;
    float sky = 0.5 + 0.5 * norm.y;
    vec3 halfway = normalize(vLight + vec3(0.0, 0.0, 1.0));
    float shine = pow(max(dot(norm, halfway + vec3(-0.28, 0.3, 0.0)), 0.0) / 1.08, 42.0);
    float rim = smoothstep(0.0, 0.5, norm.z);
    vec3 soft = mix(vec3(dot(vColor, vec3(0.3, 0.59, 0.11))), vColor, 0.88);
    vec3 color = soft * (0.26 + 0.62 * lamp * lamp + 0.16 * sky) * (0.72 + 0.28 * rim)
      + vec3(0.34 * shine);`,
  ],
  [
    "vec3 directionalLightWeighting = vec3( max( dotProduct, 0.0 ) );\n\n",
    "vec3 directionalLightWeighting = vec3( 0.42 + 0.52 * max( dotProduct, 0.0 ) + 0.1 * transformedNormal.y );\n\n",
  ],
  [
    "vec3 directionalLightWeighting = vec3( max( dotProduct, 0.0 ) );\n    vec3 directionalLightWeightingBack = vec3( max( -dotProduct, 0.0 ) );",
    "vec3 directionalLightWeighting = vec3( 0.6 + 0.36 * max( dotProduct, 0.0 ) );\n    vec3 directionalLightWeightingBack = vec3( 0.6 + 0.36 * max( -dotProduct, 0.0 ) );",
  ],
];

function softenLight(renderer) {
  const build = renderer.buildProgram;
  if (typeof build !== "function") return;
  const relit = (source) =>
    RELIGHT.reduce((text, [plain, soft]) => text.replace(plain, soft), source);
  renderer.buildProgram = (fragment, vertex, ...rest) =>
    build.call(renderer, relit(fragment), relit(vertex), ...rest);
}

// 3Dmol paints after every change of camera or background; without a graphics card each
// time costs as much as all the rest.
function paintOnce(viewers, change) {
  for (const viewer of viewers) viewer.show = () => {};
  try {
    change();
  } finally {
    for (const viewer of viewers) delete viewer.show;
  }
  for (const viewer of viewers) viewer.show();
}

// What the page has taken away has no size, and 3Dmol would try to paint it still.
function letGo(viewer) {
  viewer.setViewChangeCallback(null);
  viewer.show = () => {};
  viewer.clear();
}

// Beyond this, frames count for more than round edges and outlines.
function isLarge(scene) {
  return scene.counts.halves > 3000;
}

// Many bonds are thin on the screen, where fewer sides look as round and draw sooner.
function tubeSides(scene) {
  if (isLarge(scene)) return 6;
  return scene.counts.halves > 800 ? 10 : 18;
}

function atomRadius(scene, k) {
  const radius = scene.sites.radius[scene.atoms.site[k]];
  return scene.atoms.kind[k] === KIND.ghost ? 0.62 * radius : radius;
}

function drawAtoms(viewer, scene, theme) {
  const spheres = scene.atoms.site.map((site, k) => {
    const ghost = scene.atoms.kind[k] === KIND.ghost;
    const own = scene.sites.colour[site];
    const [x, y, z] = scene.atoms.xyz[k];
    return {
      elem: "X",
      x,
      y,
      z,
      style: {
        sphere: {
          radius: atomRadius(scene, k),
          color: toNumber(ghost ? mix(own, theme.background, GHOST_FADE) : own),
        },
      },
    };
  });
  viewer.addModel().addAtoms(spheres);
}

function drawBonds(viewer, scene, theme) {
  const bonds = scene.bonds;
  if (!bonds) return;
  const [sides, capped] = [tubeSides(scene), !isLarge(scene)];
  const mesh = new Mesh(viewer);
  bonds.row.forEach((row, k) => {
    const [start, middle] = [bonds.start[k], bonds.middle[k]];
    const [radius, colour] = [bonds.radius[row], bonds.colour[row]];
    if (bonds.hollow[row]) drawPipe(mesh, start, middle, radius, colour, theme, sides);
    else mesh.cylinder(start, middle, radius, colour, sides, capped);
  });
  mesh.flush();
}

// A bond whose neighbour does not attend back: a pale pipe with coloured rings.
function drawPipe(mesh, start, middle, radius, colour, theme, sides) {
  const pale = mix(colour, theme.background, HOLLOW_FADE);
  const axis = minus(middle, start);
  mesh.cylinder(start, middle, 0.72 * radius, pale, sides);
  const width = 0.07 / (norm(axis) || 1);
  for (const place of [0.45, 0.7, 1 - width]) {
    const from = plus(start, times(axis, place));
    mesh.cylinder(plus(from, times(axis, width)), from, radius, colour, sides);
    mesh.cylinder(from, plus(from, times(axis, width)), radius, colour, sides);
  }
}

function drawCell(viewer, scene, theme) {
  const mesh = new Mesh(viewer);
  const at = (u, v, w) =>
    scene.cell.matrix.reduce((p, row, k) => plus(p, times(row, [u, v, w][k])), [0, 0, 0]);
  const [na, nb, nc] = scene.supercell;
  const edge = (from, to, first) =>
    mesh.cylinder(
      at(...from),
      at(...to),
      first ? CELL_RADIUS : CELL_RADIUS / 2,
      theme.line,
      8,
    );
  for (let p = 0; p <= nb; p++)
    for (let q = 0; q <= nc; q++)
      for (let k = 0; k < na; k++) edge([k, p, q], [k + 1, p, q], p < 2 && q < 2 && !k);
  for (let p = 0; p <= na; p++)
    for (let q = 0; q <= nc; q++)
      for (let k = 0; k < nb; k++) edge([p, k, q], [p, k + 1, q], p < 2 && q < 2 && !k);
  for (let p = 0; p <= na; p++)
    for (let q = 0; q <= nb; q++)
      for (let k = 0; k < nc; k++) edge([p, q, k], [p, q, k + 1], p < 2 && q < 2 && !k);
  mesh.flush();
}

function drawSurfaces(viewer, scene, theme) {
  if (scene.faces.length) {
    const hulls = new Mesh(viewer, { opacity: scene.faces[0].opacity, side: DOUBLE_SIDE });
    for (const face of scene.faces)
      for (const corners of face.triangles)
        hulls.triangle(corners.map((k) => face.corners[k]), face.colour);
    hulls.flush();
  }
  if (!scene.wedges.length) return;
  const fans = new Mesh(viewer, { opacity: 0.8, side: DOUBLE_SIDE });
  for (const wedge of scene.wedges) {
    for (let k = 1; k + 1 < wedge.corners.length; k++)
      fans.triangle([wedge.corners[0], wedge.corners[k], wedge.corners[k + 1]], wedge.colour);
  }
  fans.flush();
  const outlines = new Mesh(viewer);
  for (const { corners, colour } of scene.wedges) {
    const ink = mix(colour, theme.text, 0.4);
    corners.forEach((corner, k) => {
      outlines.cylinder(corner, corners[(k + 1) % corners.length], 0.012, ink, 6);
    });
  }
  outlines.flush();
}

// Lights picked bonds (every periodic copy) and picked atoms; returns what to remove.
function drawHighlight(viewer, scene, picked, theme) {
  // Only the far inside of a wider tube: a rim of light that leaves the colour readable.
  const glow = new Mesh(viewer, { side: BACK_SIDE, inward: true });
  const { bonds, atoms } = scene;
  if (bonds && picked.bonds.length) {
    const rows = new Set(picked.bonds.map((id) => bonds.id.indexOf(id)));
    bonds.row.forEach((row, k) => {
      if (!rows.has(row)) return;
      const radius = 1.25 * bonds.radius[row] + 0.06;
      glow.cylinder(bonds.start[k], bonds.middle[k], radius, theme.accent, 18);
    });
  }
  atoms.site.forEach((site, k) => {
    if (picked.sites.includes(site))
      glow.sphere(atoms.xyz[k], atomRadius(scene, k) + 0.08, theme.accent);
  });
  glow.flush();
  return glow.shapes;
}

function drawMeasure(viewer, points, theme) {
  const mesh = new Mesh(viewer);
  for (let k = 1; k < points.length; k++)
    mesh.cylinder(points[k - 1], points[k], 0.035, theme.accent, 10);
  mesh.flush();
  return mesh.shapes;
}
