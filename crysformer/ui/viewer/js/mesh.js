// Vectors, colours and triangles: what 3Dmol needs to draw many parts as one mesh.

const MESH_VERTICES = 60000; // 3Dmol indexes a mesh's vertices with 16 bits
const FRONT_SIDE = 0;
const BACK_SIDE = 1;
const DOUBLE_SIDE = 2;

function toNumber(colour) {
  return parseInt(colour.slice(1), 16);
}

function mix(colour, other, share) {
  const channels = [16, 8, 0].map((shift) => {
    const from = (toNumber(colour) >> shift) & 255;
    const to = (toNumber(other) >> shift) & 255;
    return Math.round(from + share * (to - from)) << shift;
  });
  return "#" + (channels[0] | channels[1] | channels[2]).toString(16).padStart(6, "0");
}

// Collects triangles and hands them to 3Dmol in meshes small enough for it.
class Mesh {
  constructor(viewer, options = {}) {
    this.viewer = viewer;
    const { inward = false, ...rest } = options;
    this.options = rest;
    this.facing = inward ? -1 : 1; // the lit side
    this.shapes = [];
    this.clear();
  }

  clear() {
    this.vertices = [];
    this.normals = [];
    this.faces = [];
    this.colours = [];
  }

  // Room for one part; parts are never split between meshes.
  room(count) {
    if (this.vertices.length + count > MESH_VERTICES) this.flush();
    return this.vertices.length;
  }

  vertex(point, normal, colour) {
    this.vertices.push({ x: point[0], y: point[1], z: point[2] });
    const [x, y, z] = times(normal, this.facing);
    this.normals.push({ x, y, z });
    this.colours.push(colour);
  }

  cylinder(from, to, radius, colour, sides, capped = true) {
    const axis = unit(minus(to, from));
    const [u, v] = frame(axis);
    const first = this.room(4 * sides + 2);
    const paint = toNumber(colour);
    const spokes = [];
    for (let k = 0; k < sides; k++) {
      const angle = (2 * Math.PI * k) / sides;
      spokes.push(plus(times(u, Math.cos(angle)), times(v, Math.sin(angle))));
    }
    for (const spoke of spokes) {
      this.vertex(plus(from, times(spoke, radius)), spoke, paint);
      this.vertex(plus(to, times(spoke, radius)), spoke, paint);
    }
    for (let k = 0; k < sides; k++) {
      const a = first + 2 * k;
      const b = first + 2 * ((k + 1) % sides);
      this.faces.push(a, b, b + 1, a, b + 1, a + 1);
    }
    if (capped) this.cap(to, axis, spokes, radius, paint);
  }

  cap(centre, normal, spokes, radius, paint) {
    const first = this.vertices.length;
    this.vertex(centre, normal, paint);
    for (const spoke of spokes) this.vertex(plus(centre, times(spoke, radius)), normal, paint);
    for (let k = 0; k < spokes.length; k++) {
      this.faces.push(first, first + 1 + k, first + 1 + ((k + 1) % spokes.length));
    }
  }

  sphere(centre, radius, colour, rings = 16) {
    const around = 2 * rings;
    const first = this.room((rings + 1) * (around + 1));
    for (let p = 0; p <= rings; p++) {
      const [height, width] = [Math.cos((Math.PI * p) / rings), Math.sin((Math.PI * p) / rings)];
      for (let q = 0; q <= around; q++) {
        const angle = (2 * Math.PI * q) / around;
        const spoke = [width * Math.cos(angle), width * Math.sin(angle), height];
        this.vertex(plus(centre, times(spoke, radius)), spoke, toNumber(colour));
      }
    }
    for (let p = 0; p < rings; p++)
      for (let q = 0; q < around; q++) {
        const a = first + p * (around + 1) + q;
        const b = a + around + 1;
        this.faces.push(a, b, b + 1, a, b + 1, a + 1);
      }
  }

  triangle(corners, colour) {
    const first = this.room(3);
    const normal = unit(cross(minus(corners[1], corners[0]), minus(corners[2], corners[0])));
    for (const corner of corners) this.vertex(corner, normal, toNumber(colour));
    this.faces.push(first, first + 1, first + 2);
  }

  flush() {
    if (!this.vertices.length) return;
    this.shapes.push(
      this.viewer.addCustom({
        vertexArr: this.vertices,
        normalArr: this.normals,
        faceArr: this.faces,
        color: this.colours,
        side: FRONT_SIDE,
        ...this.options,
      }),
    );
    this.clear();
  }
}

const plus = (p, q) => [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
const minus = (p, q) => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
const times = (p, s) => [p[0] * s, p[1] * s, p[2] * s];
const dot = (p, q) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
const norm = (p) => Math.sqrt(dot(p, p));
const unit = (p) => times(p, 1 / (norm(p) || 1));
const cross = (p, q) => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];

function frame(axis) {
  const aside = Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const u = unit(cross(axis, aside));
  return [u, cross(axis, u)];
}
