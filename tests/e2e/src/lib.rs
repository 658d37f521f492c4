//! Tests of the whole: the house rules, and the real program end to end. Nothing to use.
