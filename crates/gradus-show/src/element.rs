//! Elements of arrays that can be shown.

/// A number or a truth value.
pub trait Element: Copy {
    /// The type's name.
    const NAME: &'static str;
    /// Whether it may have a fraction.
    const IS_FLOAT: bool = false;

    /// As a number: `false` is 0, `true` is 1.
    fn number(self) -> f64;

    /// As in a program.
    fn text(self) -> String;
}

macro_rules! elements {
    ($($type:ty, $float:literal;)*) => { $(
        impl Element for $type {
            const NAME: &'static str = stringify!($type);
            const IS_FLOAT: bool = $float;

            fn number(self) -> f64 {
                self as f64
            }

            fn text(self) -> String {
                self.to_string()
            }
        }
    )* };
}

elements! {
    f32, true; f64, true;
    usize, false; u8, false; u16, false; u32, false; u64, false;
    isize, false; i8, false; i16, false; i32, false; i64, false;
}

impl Element for bool {
    const NAME: &'static str = "bool";

    fn number(self) -> f64 {
        f64::from(u8::from(self))
    }

    fn text(self) -> String {
        self.to_string()
    }
}
