//! Numeric checks: relative error, numeric gradient, comparison within tolerance with a readable explanation.
