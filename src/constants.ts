/** J/(mol K), of CODATA 2018, as NEURON has it. */
export const GAS = 8.31446261815324;

/** C/mol, of the same. */
export const FARADAY = 96485.33212331001;
