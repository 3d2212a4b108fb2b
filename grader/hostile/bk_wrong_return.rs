// ATTACK: returns f32 and the gradient only | VERDICT: compile_error
pub fn softmax_loss(x: &ndarray::Array2<f64>, _y: &ndarray::Array1<usize>) -> ndarray::Array2<f32> { x.mapv(|v| v as f32) }
// GRADUS-STAFF-ONLY-7c1f4e
