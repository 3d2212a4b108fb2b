//! The loop inside the sandbox: answers calls to the student's functions, holds no expected value.
