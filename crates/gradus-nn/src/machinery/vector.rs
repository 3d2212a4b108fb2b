//! Loops over slices in the widest vector instructions of the machine that they run on, and functions to use in them.
//!
//! The compiler turns a loop over slices into vector instructions by itself, but only into those that every machine of
//! its kind has. And it cannot do that where the loop calls the C library, as for an exponential; the functions here are
//! arithmetic alone. Each is within 3 units of the last place of the exact value.

use std::ops::{Add, Div, Mul, Neg, Sub};

use pulp::Simd;

/// Declares functions over slices that are compiled for several generations of vector instructions; a call runs the newest
/// that the machine has. Whatever the loop in it calls must be `#[inline(always)]`.
macro_rules! vectorised {
    ($($(#[$attribute:meta])* $visibility:vis fn $name:ident<F: Scalar>($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {$(
        $(#[$attribute])*
        $visibility fn $name<F: Scalar>($($argument: $type),*) {
            struct Loop<T>(T);

            impl<F: Scalar> pulp::WithSimd for Loop<($($type,)*)> {
                type Output = ();

                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _: S) {
                    let Loop(($($argument,)*)) = self;
                    $body
                }
            }

            pulp::Arch::new().dispatch(Loop(($($argument,)*)));
        }
    )*};
}
pub(crate) use vectorised;

/// `exp(x)`; 0 where the result would be too small to keep all its digits.
#[inline(always)]
pub(crate) fn exp<F: Float>(x: F) -> F {
    let (minus_one, power) = exp_parts(x);
    let result = minus_one * power + power;
    let result = if x < F::LEAST_EXPONENT { F::ZERO } else { result };
    if x > F::LARGEST_EXPONENT { F::INFINITY } else { result }
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
pub(crate) fn sigmoid<F: Float>(x: F) -> F {
    F::ONE / (F::ONE + exp(-x))
}

/// `tanh(x) = e / (e + 2)` with `e = exp(2 x) - 1`, for `x` from 0; the function is odd.
#[inline(always)]
pub(crate) fn tanh<F: Float>(x: F) -> F {
    let twice = x.magnitude() + x.magnitude();
    // From 40 on it is 1 to the last digit. NaN stays NaN.
    let twice = if twice > F::FORTY { F::FORTY } else { twice };
    let (minus_one, power) = exp_parts(twice);
    let e = minus_one * power + (power - F::ONE);
    (e / (e + F::TWO)).with_sign_of(x)
}

/// The slope of tanh where its value is `h`: `1 - h^2`, as a product. Near 1 and -1 the square would be rounded before the
/// subtraction, which leaves few of its digits.
#[inline(always)]
pub(crate) fn tanh_slope<F: Float>(h: F) -> F {
    (F::ONE - h) * (F::ONE + h)
}

/// `(exp(r) - 1, 2^n)` with `x = r + n ln 2` and `|r|` at most half of `ln 2`: then `exp(x) = exp(r) 2^n`.
#[inline(always)]
fn exp_parts<F: Float>(x: F) -> (F, F) {
    let x = if x < F::LEAST_EXPONENT { F::LEAST_EXPONENT } else { x };
    let x = if x > F::LARGEST_EXPONENT { F::LARGEST_EXPONENT } else { x };
    // The sum has no room for digits after the point, so it is rounded, and `n` stands in its lowest bits.
    let shifted = x * F::LOG2_E + F::ROUND;
    let n = shifted - F::ROUND;
    // ln 2 in two parts, of which the first has so few digits that the product is exact.
    let r = (x - n * F::LN_2_HIGH) - n * F::LN_2_LOW;
    (F::exp_minus_one_near_zero(r), F::power_of_two(shifted))
}

/// What the functions above need to know of a number type.
///
/// It is sealed: `f32` and `f64` have it, and nothing else can.
pub trait Float:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const TWO: Self;
    const FORTY: Self;
    const INFINITY: Self;
    const LOG2_E: Self;
    const LN_2_HIGH: Self;
    const LN_2_LOW: Self;
    /// 1.5 times two to the number of digits after the point.
    const ROUND: Self;
    /// Below it, the exponential is not a normal number.
    const LEAST_EXPONENT: Self;
    /// Above it, the exponential is infinite.
    const LARGEST_EXPONENT: Self;

    /// `exp(r) - 1` by its power series, for `|r|` up to 0.35.
    fn exp_minus_one_near_zero(r: Self) -> Self;
    /// `2^n` from `n + ROUND`.
    fn power_of_two(shifted: Self) -> Self;
    fn magnitude(self) -> Self;
    fn with_sign_of(self, sign: Self) -> Self;

    /// As many numbers as one instruction takes.
    type Vector<S: Simd>: Copy;
    /// A slice as vectors, and what remains at its end.
    fn vectors<S: Simd>(slice: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    fn vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// `a * b + c`, perhaps rounded once only.
    fn multiply_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    fn sum_of_lanes<S: Simd>(vector: Self::Vector<S>) -> Self;
}

/// Of the widest vectors.
const MOST_LANES: usize = 16;

macro_rules! float {
    ($type:ty, $bits:ty, [$vector:ident $vectors:ident $vectors_mut:ident $splat:ident $multiply_add:ident], $mantissa:literal, $bias:literal, ln_2: $high:literal + $low:literal, exponents: $least:literal $largest:literal, factorials: $($factorial:literal)*) => {
        impl Float for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const FORTY: Self = 40.0;
            const INFINITY: Self = <$type>::INFINITY;
            const LOG2_E: Self = std::f64::consts::LOG2_E as $type;
            const LN_2_HIGH: Self = $high;
            const LN_2_LOW: Self = $low;
            const ROUND: Self = 1.5 * (1_u64 << $mantissa) as $type;
            const LEAST_EXPONENT: Self = $least;
            const LARGEST_EXPONENT: Self = $largest;

            #[inline(always)]
            fn exp_minus_one_near_zero(r: Self) -> Self {
                // Horner's scheme, from the last term to the first.
                let mut sum = 0.0;
                $(sum = (sum + 1.0 / $factorial) * r;)*
                sum
            }

            #[inline(always)]
            fn power_of_two(shifted: Self) -> Self {
                <$type>::from_bits(shifted.to_bits().wrapping_add($bias) << $mantissa)
            }

            #[inline(always)]
            fn magnitude(self) -> Self {
                self.abs()
            }

            #[inline(always)]
            fn with_sign_of(self, sign: Self) -> Self {
                self.copysign(sign)
            }

            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn vectors<S: Simd>(slice: &[Self]) -> (&[S::$vector], &[Self]) {
                S::$vectors(slice)
            }

            #[inline(always)]
            fn vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [S::$vector], &mut [Self]) {
                S::$vectors_mut(slice)
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn multiply_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$multiply_add(a, b, c)
            }

            #[inline(always)]
            fn sum_of_lanes<S: Simd>(vector: S::$vector) -> Self {
                // Halves added again and again; `reduce_sum` of pulp 0.22 takes as long as a hundred products.
                let vector = [vector];
                let elements: &[$type] = pulp::bytemuck::cast_slice(&vector);
                let (mut lanes, mut count) = ([0.0; MOST_LANES], elements.len());
                lanes[..count].copy_from_slice(elements);
                while count > 1 {
                    count /= 2;
                    (0..count).for_each(|lane| lanes[lane] += lanes[lane + count]);
                }
                lanes[0]
            }
        }
    };
}

float!(
    f32, u32, [f32s as_simd_f32s as_mut_simd_f32s splat_f32s mul_add_e_f32s], 23, 127, ln_2: 0.6931381 + 9.058001e-06, exponents: -87.0 88.0,
    factorials: 5040.0 720.0 120.0 24.0 6.0 2.0 1.0
);
float!(
    f64, u64, [f64s as_simd_f64s as_mut_simd_f64s splat_f64s mul_add_e_f64s], 52, 1023, ln_2: 0.6931471803691238 + 1.9082149292705877e-10, exponents: -708.0 709.0,
    factorials: 6227020800.0 479001600.0 39916800.0 3628800.0 362880.0 40320.0 5040.0 720.0 120.0 24.0 6.0 2.0 1.0
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scalar;

    vectorised! {
        fn all<F: Scalar>(x: &[F], exps: &mut [F], sigmoids: &mut [F], tanhs: &mut [F]) {
            exps.iter_mut().zip(x).for_each(|(y, &x)| *y = exp(x));
            sigmoids.iter_mut().zip(x).for_each(|(y, &x)| *y = sigmoid(x));
            tanhs.iter_mut().zip(x).for_each(|(y, &x)| *y = tanh(x));
        }
    }

    /// exp, sigmoid and tanh of each, as they come out of a loop in vector instructions.
    fn results<F: Scalar>(x: &[F]) -> [Vec<F>; 3] {
        let [mut exps, mut sigmoids, mut tanhs] = [0, 1, 2].map(|_| vec![F::zero(); x.len()]);
        all(x, &mut exps, &mut sigmoids, &mut tanhs);
        [exps, sigmoids, tanhs]
    }

    /// From far below to far above where the functions change, more densely near 0.
    fn range<F: Scalar>(largest: f64) -> Vec<F> {
        let magnitudes = (-40..=200).map(|power| largest * 0.87_f64.powi(power.max(0)) * 10_f64.powi(power.min(0) / 2));
        magnitudes.flat_map(|x| [F::cast(x), F::cast(-x)]).collect()
    }

    /// How many units of the last place lie between `x` and the exact value.
    fn units<F: Scalar>(x: F, exact: f64) -> f64 {
        let exact_here = F::cast(exact);
        let unit = F::epsilon() * exact_here.abs();
        if x == exact_here { 0.0 } else { ((x - exact_here) / unit).abs().to_f64().expect("a float") }
    }

    fn check<F: Scalar>(largest: f64) {
        let x = range::<F>(largest);
        let [exps, sigmoids, tanhs] = results(&x);
        for (i, x) in x.iter().map(|x| x.to_f64().expect("a float")).enumerate() {
            assert!(units(exps[i], x.exp()) <= 3.0, "exp({x}) = {}", exps[i]);
            assert!(units(sigmoids[i], 1.0 / (1.0 + (-x).exp())) <= 3.0, "sigmoid({x}) = {}", sigmoids[i]);
            assert!(units(tanhs[i], x.tanh()) <= 3.0, "tanh({x}) = {}", tanhs[i]);
        }
    }

    #[test]
    fn near_the_exact_values() {
        check::<f32>(87.0);
        check::<f64>(700.0);
    }

    #[test]
    fn the_slope_of_tanh_keeps_its_digits_near_1() {
        let from_1 = 2.0_f64.powi(-30);
        // 1 - (1 - d)^2 = 2 d - d^2, which is exact here.
        let slope = 2.0 * from_1 - from_1 * from_1;
        assert_eq!((tanh_slope(1.0 - from_1), tanh_slope(from_1 - 1.0)), (slope, slope));
        assert_eq!((tanh_slope(0.0), tanh_slope(1.0)), (1.0, 0.0));
    }

    #[test]
    fn at_the_ends() {
        let (zero, infinity) = (0.0, f64::INFINITY);
        let [exps, sigmoids, tanhs] = results(&[zero, -zero, infinity, -infinity, 1e300, -1e300]);
        assert_eq!(exps, [1.0, 1.0, infinity, 0.0, infinity, 0.0]);
        assert_eq!(sigmoids, [0.5, 0.5, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(tanhs, [0.0, 0.0, 1.0, -1.0, 1.0, -1.0]);
        assert!(tanhs[1].is_sign_negative());
        for results in results(&[f32::NAN; 20]) {
            assert!(results.iter().all(|y| y.is_nan()));
        }
    }
}
