//! What answers use of the teaching library, of the topics that an assignment's students have.

#[cfg(feature = "two_layer_net")]
pub use layers::*;
#[cfg(feature = "batchnorm")]
pub use norms::*;
#[cfg(feature = "softmax")]
pub use softmax::*;

#[cfg(feature = "softmax")]
mod softmax {
    use gradus_nn::linear::{predict, softmax_classifier_loss, train_softmax};
    use gradus_nn::softmax::{softmax, softmax_loss};
    use ndarray::{Array1, Array2};

    pub fn instances_losses(x: &Array2<f64>, y: &Array1<usize>, w: &Array2<f64>) -> Array2<f64> {
        let (loss, dx) = softmax_loss(x, y);
        let (classifier_loss, dw) = softmax_classifier_loss(w, x, y, 0.0);
        softmax(x) + dx + dw + (loss + classifier_loss)
    }

    pub fn instances_classifier(x: &Array2<f64>, y: &Array1<usize>) -> Array1<usize> {
        predict(&train_softmax(x, y, 0.1, 0.0, 1, 1, 1).0, x)
    }
}

#[cfg(feature = "two_layer_net")]
mod layers {
    use gradus_nn::activations::{relu_backward, relu_forward};
    use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
    use ndarray::{Array1, Array2, Array3, Array4, ArrayD};

    macro_rules! layers {
        ($($name:ident: $array:ty;)*) => {$(
            pub fn $name(x: &$array, w: &Array2<f64>, b: &Array1<f64>) -> $array {
                let (out, cache) = affine_forward(x, w, b);
                let (dx, dw, db) = affine_backward(&out, &cache);
                let (out, cache) = affine_relu_forward(&dx, &dw, &db);
                let (dx, _, _) = affine_relu_backward(&out, &cache);
                let (out, cache) = relu_forward(&dx);
                relu_backward(&out, &cache)
            }
        )*};
    }

    layers! {
        instances_layers_2: Array2<f64>;
        instances_layers_3: Array3<f64>;
        instances_layers_4: Array4<f64>;
        instances_layers_of_any: ArrayD<f64>;
    }
}

#[cfg(feature = "batchnorm")]
mod norms {
    use gradus_nn::norms::{layernorm_backward, layernorm_forward};
    use ndarray::{Array1, Array2, Array3};

    pub fn instances_of_features(x: &Array2<f64>, gamma: &Array1<f64>, beta: &Array1<f64>) -> Array2<f64> {
        let (out, cache) = layernorm_forward(x, gamma, beta, 1e-5);
        layernorm_backward(&out, &cache).0
    }

    pub fn instances_of_steps(x: &Array3<f64>, gamma: &Array1<f64>, beta: &Array1<f64>) -> Array3<f64> {
        let (out, cache) = layernorm_forward(x, gamma, beta, 1e-5);
        layernorm_backward(&out, &cache).0
    }
}
