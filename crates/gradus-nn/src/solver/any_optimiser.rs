//! One type for all optimisers, so that a solver can copy one for each parameter and keep its state in a file.

use ndarray::{ArrayD, ArrayRef, IxDyn};

use crate::Scalar;
use crate::optimisers::{AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimiser, RmsProp, Sam, Sgd};

/// Any of the optimisers, for a parameter of any shape.
///
/// ```
/// use gradus_nn::optimisers::{Adam, Optimiser};
/// use gradus_nn::solver::AnyOptimiser;
/// let optimiser = AnyOptimiser::from(Adam::new(1e-3));
/// assert_eq!((optimiser.name(), optimiser.learning_rate()), ("Adam", 1e-3));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum AnyOptimiser<F> {
    /// Gradient descent.
    Sgd(Sgd<F>),
    /// With a velocity.
    Momentum(Momentum<F, IxDyn>),
    /// With a velocity that looks ahead.
    Nesterov(Nesterov<F, IxDyn>),
    /// With a step size for each weight.
    AdaGrad(AdaGrad<F, IxDyn>),
    /// The same from recent gradients.
    RmsProp(RmsProp<F, IxDyn>),
    /// With both.
    Adam(Adam<F, IxDyn>),
    /// With weight decay beside the gradient.
    AdamW(AdamW<F, IxDyn>),
    /// With the gradient at the worst place nearby, around any of the others.
    Sam(Box<Sam<F, IxDyn, AnyOptimiser<F>>>),
}

macro_rules! any_optimiser {
    ($($name:ident: $type:ty),*) => {
        impl<F: Scalar> AnyOptimiser<F> {
            /// The name of the type.
            pub fn name(&self) -> &'static str {
                match self {
                    $(AnyOptimiser::$name(_) => stringify!($name),)*
                    AnyOptimiser::Sam(_) => "Sam",
                }
            }

            fn inner(&self) -> &dyn Optimiser<F, IxDyn> {
                match self {
                    $(AnyOptimiser::$name(optimiser) => optimiser,)*
                    AnyOptimiser::Sam(optimiser) => &**optimiser,
                }
            }

            fn inner_mut(&mut self) -> &mut dyn Optimiser<F, IxDyn> {
                match self {
                    $(AnyOptimiser::$name(optimiser) => optimiser,)*
                    AnyOptimiser::Sam(optimiser) => &mut **optimiser,
                }
            }
        }

        $(impl<F> From<$type> for AnyOptimiser<F> {
            fn from(optimiser: $type) -> Self {
                AnyOptimiser::$name(optimiser)
            }
        })*
    };
}

any_optimiser!(
    Sgd: Sgd<F>, Momentum: Momentum<F, IxDyn>, Nesterov: Nesterov<F, IxDyn>, AdaGrad: AdaGrad<F, IxDyn>,
    RmsProp: RmsProp<F, IxDyn>, Adam: Adam<F, IxDyn>, AdamW: AdamW<F, IxDyn>
);

impl<F, O: Into<AnyOptimiser<F>>> From<Sam<F, IxDyn, O>> for AnyOptimiser<F> {
    fn from(Sam { rho, inner, origin }: Sam<F, IxDyn, O>) -> Self {
        AnyOptimiser::Sam(Box::new(Sam { rho, inner: inner.into(), origin }))
    }
}

impl<F: Scalar> AnyOptimiser<F> {
    /// The name of the type, with that of the optimiser inside.
    pub(super) fn kind(&self) -> String {
        match self {
            AnyOptimiser::Sam(sam) => format!("Sam/{}", sam.inner.kind()),
            other => other.name().to_owned(),
        }
    }

    /// The arrays that it keeps between updates, by name.
    pub(super) fn arrays_mut(&mut self) -> Vec<(&'static str, &mut Option<ArrayD<F>>)> {
        match self {
            AnyOptimiser::Sgd(_) => Vec::new(),
            AnyOptimiser::Momentum(Momentum { velocity, .. }) | AnyOptimiser::Nesterov(Nesterov { velocity, .. }) => {
                vec![("velocity", velocity)]
            }
            AnyOptimiser::AdaGrad(AdaGrad { cache, .. }) | AnyOptimiser::RmsProp(RmsProp { cache, .. }) => {
                vec![("cache", cache)]
            }
            AnyOptimiser::Adam(Adam { m, v, .. }) | AnyOptimiser::AdamW(AdamW { adam: Adam { m, v, .. }, .. }) => {
                vec![("m", m), ("v", v)]
            }
            AnyOptimiser::Sam(sam) => sam.inner.arrays_mut(),
        }
    }

    /// The count of updates, where it keeps one.
    pub(super) fn count_mut(&mut self) -> Option<&mut u64> {
        match self {
            AnyOptimiser::Adam(Adam { t, .. }) | AnyOptimiser::AdamW(AdamW { adam: Adam { t, .. }, .. }) => Some(t),
            AnyOptimiser::Sam(sam) => sam.inner.count_mut(),
            _ => None,
        }
    }
}

impl<F: Scalar> Optimiser<F, IxDyn> for AnyOptimiser<F> {
    #[track_caller]
    fn update(&mut self, w: &mut ArrayRef<F, IxDyn>, dw: &ArrayRef<F, IxDyn>) {
        self.inner_mut().update(w, dw);
    }

    fn learning_rate(&self) -> F {
        self.inner().learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: F) {
        self.inner_mut().set_learning_rate(learning_rate);
    }
}
