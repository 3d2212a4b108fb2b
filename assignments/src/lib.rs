//! The public part of every assignment: interface, public checks, starter.
