// ATTACK: the required function is missing | VERDICT: compile_error
pub fn softmax(x: &ndarray::Array2<f64>) -> ndarray::Array2<f64> { x.clone() }
// GRADUS-STAFF-ONLY-7c1f4e
