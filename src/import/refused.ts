/** Something that a format may hold and an importer refuses. */
export interface Refused {
  readonly what: string;
  readonly why: string;
}

const NMODL: readonly Refused[] = [
  { what: "VERBATIM in what runs of which the option verbatim does not say what it does, unless it is assignments, IF and loops between whole numbers over numbers, draws, does nothing (printing, #include, extern, seeding, errors under cvode_active_, empty) or ends its block (return 0; but in a loop or a FUNCTION), and #define of a word of the file", why: "it is C, not NMODL" },
  { what: "a POINTER that a state or a current depends on and of which neither the option pointers says what it is in its own compartment, nor nmodlGather takes it for the source of a point process without events, whose states do not follow v too", why: "it reads or sets a variable somewhere else" },
  { what: "an ARTIFICIAL_CELL whose events do other than add their weights to what goes on between them, that draws its times, or that computes when it will fire (net_move) and sends itself other events beside, or has no test of a state and no option fires", why: "it fires by no equation of states: write it as a neuron({ ... }), or take poisson, gamma, regular or trains" },
  { what: "net_send in INITIAL of NET_RECEIVE", why: "a receptor sends itself events as it begins, not for a link" },
  { what: "net_send of flags that are neither numbers nor a count of events (count = count + 1, net_send(delay, count)) of which the last alone acts", why: "what is under way has a place of its own for each flag" },
  { what: "an equation (m' = ...) within an IF over what changes, where derivimplicit or sparse solves it, or euler and a branch has none", why: "NEURON's methods do not solve it as it reads: let the IF set a variable" },
  { what: "CONSERVE of a sum that INITIAL does not start at, where a current reads its last state, or that is no plain sum", why: "the current would see that state jump in the first step" },
  { what: "variables that both NET_RECEIVE and BREAKPOINT set, a weight that it changes where no connection brings the event, or in its INITIAL", why: "what events do is of the receptor's states" },
  { what: "concentrations written by a point process", why: "a pool stands in a compartment, and advances with the states" },
  { what: "a reversal potential that a file writes without a concentration of its ion (WRITE e<ion> alone)", why: "which mechanisms see it in the same step is for the order in which NEURON loaded them" },
  { what: "more than 40 states in one system of equations of an implicit step", why: "its text grows with the square of their number" },
  { what: "LONGITUDINAL_DIFFUSION, unless nmodl's option longitudinalDiffusion: \"none\" leaves it out", why: "a mechanism sees its own compartment only" },
  { what: "NONLINEAR, DISCRETE, PARTIAL, LAG, LINEAR in every step", why: "what they solve is known only while it runs" },
  { what: "SOLVE ... STEADYSTATE in INITIAL of reactions that are not of first order, or of more than 20 states that are not one closed scheme", why: "where they rest is found by iteration; its text grows with the cube of their number" },
  { what: "a LINEAR block for INITIAL that has not as many equations, linear in them, as states", why: "they do not say where each state starts" },
  { what: "methods whose steps depend on their error (adeuler, runge, cvode; adrunge, NEURON's where SOLVE names none, of equations that are coupled or not linear)", why: "a run has one time step" },
  { what: "equations, reactions and FOR_NETCONS in a loop whose end is computed while it runs, recursion, a FUNCTION_TABLE without its values (option functionTables) or over more than two arguments, CONSTRUCTOR, DESTRUCTOR, SOLVE within IF over what changes", why: "what they do is known only while a script or NEURON runs them" },
  { what: "what BREAKPOINT reads before it sets it, where the voltage or another such variable changes it", why: "NEURON runs BREAKPOINT twice in a step, at two voltages" },
  { what: "BEFORE BREAKPOINT that computes from the voltage or sets a state", why: "the solver would not see it change" },
  { what: "draws (normrand, scop_random, random_uniform and their like) in a WATCH, in LINEAR, in a gather's current and in an ARTIFICIAL_CELL, and of a law in C (urand_r, nrn_random_pick called from NMODL), where a state or a current depends on them", why: "they are no number of a start, a step or an event" },
  { what: "an element of an array of more than 32 that an index picks while it runs, where a state or a current depends on it", why: "each element is a state of its own, and compared with the index" },
  { what: "functions of NEURON's own beside exp, log, sqrt and their like", why: "they have no counterpart in the language" },
]; // prettier-ignore

/** By format: what is refused, always with an error that names the line. */
export const REFUSED: Readonly<Record<"nmodl" | "swc" | "asc" | "sonata", readonly Refused[]>> = {
  nmodl: NMODL,
  swc: [
    { what: "several trees in one file", why: "a cell is one tree; which pieces belong together is not in the file" },
    { what: "an unknown parent, a doubled id, a cycle", why: "the points then make no tree" },
    { what: "a radius of 0 or below", why: "its axial resistance is infinite" },
    { what: "a root section without length that is no soma", why: "it has no membrane to hang branches on" },
    { what: "a line with fewer than seven numbers", why: "what is missing cannot be guessed" },
  ],
  asc: [
    {
      what: "several cell bodies that are not one above the other, several trees without a cell body",
      why: "a cell is one tree; which pieces belong together is not in the file",
    },
    { what: "a tree of no type, or of another than Axon, Dendrite and Apical", why: "its kind cannot be guessed" },
    { what: "points of trees without a diameter, or with one of 0 or below", why: "their axial resistance is unknown" },
    { what: "an outline of fewer than three points, or that crosses itself", why: "it has no width" },
  ],
  sonata: [
    {
      what: "model types but point_neuron, point_process, biophysical and virtual",
      why: "they have no counterpart",
    },
    {
      what: "biophysical templates but ctdb:Biophys1.hoc and nml:<file>, with model_processing fullaxon, aibs_perisomatic, aibs_allactive (or either with _directed) or axon_bbpv5",
      why: "a template of HOC is a program, and so are other processings; such cells are built by a script (swcCell, nmodl)",
    },
    {
      what: "in a cell of NeuroML: densities that change along a group of segments, GHK currents, populations of channels, groups but soma, axon, dend, apic and all, several reversal potentials of an ion, a document type",
      why: "hillock reads densities of kinds of sections, as the Allen Institute exports them",
    },
    {
      what: "a fit that gives one ion two reversal potentials, that inserts what is neither in mechanisms_dir nor hillock's own, or parameters per node",
      why: "a cell has one potential of an ion; a mechanism of another text is another one; nodes of a type are one cell",
    },
    {
      what: "point neurons' templates but nest:iaf_psc_exp, iaf_psc_alpha, iaf_psc_delta, iaf_cond_exp, iaf_cond_alpha, aeif_cond_exp, aeif_cond_alpha, izhikevich, glif_psc (glif_lif_psc to glif_lif_r_asc_a_psc), and nrn:IntFire1",
      why: "hillock has no neuron that does the same",
    },
    {
      what: "synapses but static_synapse onto point neurons and exp2syn or expsyn onto biophysical cells, weight functions but wmax and gaussianLL, plasticity",
      why: "they are programs of their authors",
    },
    {
      what: "edges onto biophysical cells without a section or target_sections, at a section's very end, or with several synapses (nsyns) at a place of their own",
      why: "where they end is not said; an end has no membrane; each synapse has its place",
    },
    {
      what: "an afferent_section_id that is one section of the file and another of the processed cell",
      why: "writers have meant either; sec_id is the processed cell's",
    },
    {
      what: "inputs but spikes, current clamps (current_clamp, csv) and voltage clamps of biophysical cells, a clamp at a section's very end, amplitudes of one clamp that overlap",
      why: "they have no counterpart yet; an end has no membrane; what overlaps is two clamps",
    },
    {
      what: "reports but membrane_report, of another type (summation, lfp), format or unit than what is written, under a name that another output or the run's own files have, and of what is no state of a point neuron, of a mechanism (m_NaV) or of a pool (cai), nor a cell's potential",
      why: "there is nothing to sample, or the file would say or hold something else",
    },
    {
      what: "spikes given to nodes that are not virtual, edges onto virtual nodes, a node_set that leaves nodes out",
      why: "a circuit runs as it is",
    },
    { what: "node sets with operators ($gt and the like)", why: "sets are lists of values to be equal to" },
  ],
};
