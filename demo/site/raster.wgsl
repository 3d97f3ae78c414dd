// Draws spikes from the engine's log. `collect` moves the motor neurons' entries of the log into a longer ring; the
// vertices of `tick` read that ring. Nothing passes through the host.

struct Shape {
  first_id: u32,  // id of neuron 0
  neurons: u32,
  log_from: u32,  // entries [log_from, log_to) of the log are new
  log_to: u32,
  mask: u32,      // capacity of the ring - 1
  now: f32,       // steps after `origin`
  window: f32,    // steps
  origin: u32,    // step
  colours: array<vec4f, 4>,
  ends: vec4f,    // first neuron after each colour's
  tick: vec2f,    // width and least height, clip units
  first: u32,     // spike in the ring that is drawn first
  blend: f32,     // 1: colours pass from the first over the second to the third along the population
}

struct Ring {
  count: atomic<u32>,
  pad: u32,
  entries: array<vec2u>, // step, neuron
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> log: array<u32>; // shaders/log.wgsl: count, flag, base, mask, then (step, id)
@group(0) @binding(2) var<storage, read_write> ring: Ring;

@compute @workgroup_size(64)
fn collect(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let all = shape.log_to - shape.log_from;
  for (var k = id.x; k < all; k += groups.x * 64u) {
    let at = 4u + 2u * ((shape.log_from + k) & log[3]);
    let neuron = log[at + 1u] - shape.first_id;
    if (neuron < shape.neurons) {
      ring.entries[atomicAdd(&ring.count, 1u) & shape.mask] = vec2u(log[at], neuron);
    }
  }
}

@group(1) @binding(0) var<storage, read> drawn: array<vec2u>; // the ring's count, then its entries

struct Tick {
  @builtin(position) position: vec4f,
  @location(0) colour: vec4f,
}

@vertex
fn tick(@builtin(vertex_index) vertex: u32) -> Tick {
  // six vertices a tick, not an instance: SwiftShader draws instances one by one, at 15 us each
  let corner = array(0u, 1u, 2u, 2u, 1u, 3u)[vertex % 6u];
  let entry = drawn[1u + ((shape.first + vertex / 6u) & shape.mask)];
  let age = shape.now - f32(i32(entry.x - shape.origin));
  let neuron = f32(entry.y);
  let row = select(f32(shape.neurons) - 1.0 - neuron, neuron, shape.blend > 0.5); // bands: the first on top
  let height = max(2.0 / f32(shape.neurons), shape.tick.y);
  let x = 1.0 - 2.0 * age / shape.window - shape.tick.x * f32(corner & 1u);
  let y = -1.0 + 2.0 * (row + 0.5) / f32(shape.neurons) + height * (f32(corner >> 1u) - 0.5);
  var out: Tick;
  out.position = select(vec4f(2.0, 2.0, 0.0, 1.0), vec4f(x, y, 0.0, 1.0), age >= 0.0 && age <= shape.window);
  let c = shape.colours;
  let banded = select(select(select(c[3], c[2], neuron < shape.ends.z), c[1], neuron < shape.ends.y), c[0], neuron < shape.ends.x);
  let part = 2.0 * neuron / f32(max(shape.neurons, 2u) - 1u);
  out.colour = mix(banded, mix(mix(c[0], c[1], min(part, 1.0)), c[2], max(part - 1.0, 0.0)), shape.blend);
  return out;
}

@fragment
fn ink(in: Tick) -> @location(0) vec4f {
  return in.colour;
}
