/** What shaders/train_step.wgsl computes, for readers. The unit of time is 10 ms. */
export const EQUATIONS = `## LIF and QIF neurons with recursive least squares (trained network)

Each neuron i has a state x, a synaptic trace r and weights w from its senders. Time step h = 0.1 (1 ms).
Source: Kim & Chow (2018), Learning recurrent dynamics in spiking networks, eLife 7:e37124.

\`\`\`
v_i = sum_j w_ij r_j                                            recurrent input
LIF: dx/dt = -x + v + stimulus + noise                          spike at threshold 0, then reset
QIF: dx/dt = 1 - cos(x) + (1 + cos(x)) (v + stimulus) + noise   spike where x passes pi
dr/dt = -b r, r = r + b at a spike                              b = 0.2

learning, at every step: q = the senders' r
e = target_i - v_i
k = P q / (1 + q' P q)
w = w + e k
P = P - k q' P                                                  P starts as I / alpha
\`\`\``;
