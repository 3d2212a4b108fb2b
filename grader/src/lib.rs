//! Staff only: hidden checks, reference answers and the museum of recorded answers of every assignment.
