use a::{b as c, d::*};
fn f( {
}
fn g() {}
/// doc
#[inline]
pub fn f() -> f64 { c(1.0) }
