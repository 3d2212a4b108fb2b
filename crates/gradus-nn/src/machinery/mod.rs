//! What makes the layers fast, out of sight of their arithmetic. Nothing here knows what a layer is.

mod matmul;

pub(crate) use matmul::matmul_into;
