//! Runs one command under limits and tells, as a type, how it ended. Knows nothing of grading.
