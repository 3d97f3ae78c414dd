/** Tables 4 and 5 of Potjans & Diesmann (2014), Cereb. Cortex 24:785-806, doi:10.1093/cercor/bhs358. Rows and columns in this order. */
export const POPULATIONS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"] as const;

/** Neurons below 1 mm2 of cortex. */
export const NEURONS = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948] as const;

/** Chance that a pair of neurons has a link or more; [target][source]. */
export const PROBABILITY: readonly (readonly number[])[] = [
  [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
  [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
  [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0],
  [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
  [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
  [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
  [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
  [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
];

/** External links onto each neuron. */
export const EXTERNAL = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100] as const;

/** Hz: rates of the whole network, as the authors' own program for NEST gives them (`full_mean_rates` of its network_params.py).
 * Downscaling replaces the mean input of links left out by what they bring at these rates. */
export const FULL_RATES = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829] as const;

/** Links in all that give a pair of n1 x n2 neurons a link or more with chance p, each drawn with replacement: their equation 1. */
export const linksOf = (p: number, n1: number, n2: number): number => Math.log1p(-p) / Math.log1p(-1 / (n1 * n2));
