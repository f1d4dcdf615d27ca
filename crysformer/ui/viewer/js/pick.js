// Where things are on the screen and what lies under the pointer. Picking by our own
// projection lets all bonds share one mesh: 3Dmol itself can only pick whole shapes.

const EYE_DISTANCE = 150; // 3Dmol's camera sits here on the z axis
const HALF_WIDTH = Math.tan((20 * Math.PI) / 180); // of its orthographic picture, per Å
const PICK_PIXELS = 5;

function rotation([x, y, z, w]) {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
  ];
}

// Maps a model point to [right, down, towards the eye]: pixels, pixels, Å.
function projector(view, width, height) {
  const rows = rotation(view.slice(4, 8));
  const scale = width / (2 * (EYE_DISTANCE - view[3]) * HALF_WIDTH);
  const project = (point) => {
    const moved = plus(point, view);
    return [
      width / 2 + scale * dot(rows[0], moved),
      height / 2 - scale * dot(rows[1], moved),
      dot(rows[2], moved),
    ];
  };
  return { project, scale, rows };
}

// The view that shows the whole scene, turned by a quaternion, clear of the bands.
function fittedView(scene, quaternion, width, height, padding) {
  const rows = rotation(quaternion);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const include = (point, radius) =>
    rows.forEach((row, k) => {
      const place = dot(row, point);
      low[k] = Math.min(low[k], place - radius);
      high[k] = Math.max(high[k], place + radius);
    });
  scene.atoms.xyz.forEach((point, k) => include(point, atomRadius(scene, k)));
  scene.bonds?.middle.forEach((point) => include(point, 0));
  cellCorners(scene).forEach((point) => include(point, 0));
  for (const face of scene.faces) face.corners.forEach((point) => include(point, 0));
  const [x, y, z] = times(plus(low, high), -0.5);
  const centre = plus(plus(times(rows[0], x), times(rows[1], y)), times(rows[2], z));
  const { x: side, top, bottom } = padding;
  const right = (high[0] - low[0]) / 2 / Math.max(0.2, 1 - (2 * side) / width);
  const up = (high[1] - low[1]) / 2 / Math.max(0.2, 1 - (top + bottom) / height);
  const half = Math.max(right, (up * width) / height);
  // The middle of what is left between the bands above and below.
  const lift = (((bottom - top) / 2) * 2 * half) / width;
  const raised = plus(centre, times(rows[1], lift));
  return [...raised, EYE_DISTANCE - half / HALF_WIDTH, ...quaternion];
}

function cellCorners({ cell, supercell }) {
  const edges = cell.matrix.map((row, k) => times(row, supercell[k]));
  return edges.reduce(
    (corners, edge) => [...corners, ...corners.map((corner) => plus(corner, edge))],
    [[0, 0, 0]],
  );
}

// The nearest thing under a pixel: {kind, index} with the atom, half bond or wedge.
function pick(scene, lens, x, y) {
  let best = null;
  const offer = (depth, kind, index) => {
    if (!best || depth > best.depth) best = { depth, kind, index };
  };
  scene.atoms.xyz.forEach((point, k) => {
    const [px, py, depth] = lens.project(point);
    const radius = atomRadius(scene, k);
    const reach = Math.hypot(px - x, py - y) / lens.scale;
    if (reach <= radius) offer(depth + Math.sqrt(radius ** 2 - reach ** 2), "atom", k);
  });
  const bonds = scene.bonds;
  if (bonds) {
    bonds.row.forEach((row, k) => {
      const from = lens.project(bonds.start[k]);
      const to = lens.project(bonds.middle[k]);
      const [gap, place] = segmentGap(x, y, from, to);
      const radius = bonds.radius[row];
      if (gap > Math.max(PICK_PIXELS, radius * lens.scale)) return;
      offer(from[2] + place * (to[2] - from[2]) + radius, "bond", k);
    });
  }
  scene.wedges.forEach((wedge, k) => {
    const outline = wedge.corners.map(lens.project);
    if (inside(x, y, outline)) offer(outline[0][2], "wedge", k);
  });
  return best;
}

function segmentGap(x, y, from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const place = Math.min(1, Math.max(0, along));
  return [Math.hypot(from[0] + place * dx - x, from[1] + place * dy - y), place];
}

function inside(x, y, outline) {
  let odd = false;
  for (let k = 0, l = outline.length - 1; k < outline.length; l = k++) {
    const [a, b] = [outline[k], outline[l]];
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0])
      odd = !odd;
  }
  return odd;
}

function slerp(from, to, share) {
  let cosine = from.reduce((sum, value, k) => sum + value * to[k], 0);
  const end = cosine < 0 ? to.map((value) => -value) : to;
  cosine = Math.min(1, Math.abs(cosine));
  const angle = Math.acos(cosine);
  if (angle < 1e-4) return end;
  const [near, far] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
  return from.map((value, k) => (near * value + far * end[k]) / Math.sin(angle));
}
