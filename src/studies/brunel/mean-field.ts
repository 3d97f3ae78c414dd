/** Stationary rates of integrate-and-fire neurons with delta synapses in the diffusion approximation. */

interface MeanFieldNeuron {
  readonly tau: number; // ms
  readonly threshold: number; // mV
  readonly reset: number; // mV
  readonly refractory: number; // ms
}

/** exp(u^2) (1 + erf u), by the continued fraction of the scaled complementary error function where u is far below 0. */
function integrand(u: number): number {
  if (u > -3) return Math.exp(u * u) * (1 + erf(u));
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (-u + fraction);
  return 1 / (Math.sqrt(Math.PI) * (-u + fraction));
}

/** Taylor series for |u| < 3 (error below 1e-12), and 1 - erfc beyond. */
function erf(u: number): number {
  if (u > 3) return 1 - Math.exp(-u * u) * integrand(-u);
  let [term, sum] = [u, u];
  for (let k = 1; k < 80; k++) {
    term *= -(u * u) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Firing rate (Hz) under an input of mean mu and standard deviation sigma (mV). Siegert (1951), Phys. Rev. 81:617-623. */
export function siegert({ tau, threshold, reset, refractory }: MeanFieldNeuron, mu: number, sigma: number): number {
  const [from, to] = [(reset - mu) / sigma, (threshold - mu) / sigma];
  if (to > 25) return 0; // exp(625) ms
  const n = 2000; // Simpson
  const h = (to - from) / n;
  let sum = integrand(from) + integrand(to);
  for (let k = 1; k < n; k++) sum += (k % 2 === 0 ? 2 : 4) * integrand(from + k * h);
  return 1000 / (refractory + (tau * Math.sqrt(Math.PI) * sum * h) / 3);
}

interface MeanFieldNetwork {
  readonly neuron: MeanFieldNeuron;
  readonly J: number; // mV
  readonly g: number;
  /** links onto each neuron. */
  readonly excitatory: number;
  readonly inhibitory: number;
  /** Hz, of all external events of a neuron. */
  readonly external: number;
}

/** The rate at which a neuron's output is what its input assumes, found by bisection from above: Brunel (2000), equation 21. */
export function selfConsistentRate({ neuron, J, g, excitatory, inhibitory, external }: MeanFieldNetwork): number {
  const output = (rate: number): number => {
    const tau = neuron.tau / 1000;
    const mu = tau * J * (external + rate * (excitatory - g * inhibitory));
    const variance = tau * J * J * (external + rate * (excitatory + g * g * inhibitory));
    return siegert(neuron, mu, Math.sqrt(variance));
  };
  let [low, high] = [0, 1000 / Math.max(neuron.refractory, 0.1)];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (output(middle) > middle) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
