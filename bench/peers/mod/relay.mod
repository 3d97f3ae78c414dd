TITLE A source that spikes at the times of the events it is given

NEURON {
    THREADSAFE
    ARTIFICIAL_CELL Relay
}

NET_RECEIVE(w) {
    net_event(t)
}
