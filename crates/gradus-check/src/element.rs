//! The element types that can be compared.

/// A number that can be compared: `f32`, `f64` and the integers.
///
/// Comparison is in `f64`, which holds every `f32` and every integer up to 2^53 in magnitude exactly. Labels and
/// counts are far below that.
///
/// ```
/// use gradus_check::Element;
/// assert_eq!(7_usize.to_f64(), 7.0);
/// ```
pub trait Element: Copy {
    /// The value as `f64`.
    fn to_f64(self) -> f64;
}

macro_rules! elements {
    ($($number:ty),*) => {$(
        impl Element for $number {
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

elements!(f32, f64, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
