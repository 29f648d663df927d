"""Where values go: a bounded flow through functions and resolved calls, in the seven languages of the gate."""
