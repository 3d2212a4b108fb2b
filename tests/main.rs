//! End-to-end tests: the real program, as students, autograders and instructors run it.

mod architecture;
mod authoring;
mod bad_input;
mod convert;
mod derived;
mod fairness;
mod gradebook;
mod hostile;
mod kernelspec;
mod museum;
mod public;
mod queue;
mod review;
mod rogue;
mod run;
mod sandbox;
mod similar;
mod submit;
mod support;
