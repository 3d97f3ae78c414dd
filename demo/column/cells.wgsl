// Every segment of every cell as a ribbon that faces the viewer, coloured by its membrane voltage. The voltages are read
// from the engine's own state buffer: row of a node, then cell. Ribbons are 1.6 times as thick as the dendrites, to be seen.

struct View {
  camera: mat4x4f,   // um to clip space
  size: vec2f,       // of the canvas, pixels
  scale: f32,        // pixels per um at distance 1 (clip w)
  least: f32,        // pixels, half the width of the thinnest ribbon
  colours: array<vec4f, 4>, // at the voltages of `stops`
  stops: vec4f,      // mV, rising
}

struct Type {
  stride: u32, // of the states from node to node
  pieces: u32,
  first: u32,  // place of the type's cells in a row of states
}

@group(0) @binding(0) var<uniform> view: View;
@group(1) @binding(0) var<uniform> cells: Type;
@group(1) @binding(1) var<storage, read> segments: array<vec4f>; // start and radius, end and node
@group(1) @binding(2) var<storage, read> places: array<vec4f>;
@group(1) @binding(3) var<storage, read> states: array<f32>;

struct Corner {
  @builtin(position) position: vec4f,
  @location(0) across: f32,
  @location(1) @interpolate(flat) colour: vec3f,
}

fn colour_of(V: f32) -> vec3f {
  let s = view.stops;
  let c = view.colours;
  let part = clamp((vec3f(V) - s.xyz) / (s.yzw - s.xyz), vec3f(0.0), vec3f(1.0));
  return mix(mix(mix(c[0].rgb, c[1].rgb, part.x), c[2].rgb, part.y), c[3].rgb, part.z);
}

fn placed(point: vec3f, place: vec4f) -> vec4f {
  let c = cos(place.w);
  let s = sin(place.w);
  return view.camera * vec4f(place.xyz + vec3f(c * point.x - s * point.y, s * point.x + c * point.y, point.z), 1.0);
}

@vertex
fn ribbon(@builtin(vertex_index) vertex: u32) -> Corner {
  // six vertices a segment, not an instance: SwiftShader draws instances one by one, at 15 us each
  let corner = array(0u, 1u, 2u, 2u, 1u, 3u)[vertex % 6u];
  let segment = vertex / 6u;
  let cell = segment / cells.pieces;
  let start = segments[2u * (segment % cells.pieces)];
  let end = segments[2u * (segment % cells.pieces) + 1u];
  let place = places[cell];
  let a = placed(start.xyz, place);
  let b = placed(end.xyz, place);
  let along = (b.xy / b.w - a.xy / a.w) * view.size;
  let direction = select(vec2f(0.0, 1.0), normalize(along), dot(along, along) > 1e-6);
  let here = select(a, b, (corner & 1u) == 1u);
  let side = select(-1.0, 1.0, corner > 1u);
  let half = max(view.least, 1.6 * start.w * view.scale / here.w);
  let offset = side * half * vec2f(-direction.y, direction.x) + select(-0.3, 0.3, (corner & 1u) == 1u) * direction;
  var out: Corner;
  out.position = vec4f(here.xy + 2.0 * offset / view.size * here.w, here.z, here.w);
  out.across = side;
  out.colour = colour_of(states[u32(end.w) * cells.stride + cells.first + cell]);
  return out;
}

/// Darker towards the edges, as a tube is.
@fragment
fn shaded(in: Corner) -> @location(0) vec4f {
  return vec4f(in.colour * (0.62 + 0.38 * sqrt(max(0.0, 1.0 - in.across * in.across))), 1.0);
}
