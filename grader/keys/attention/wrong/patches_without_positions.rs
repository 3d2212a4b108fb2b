// Positions are not added to the patches.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{Mask, VisionTransformer};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::softmax::softmax_loss;
use gradus_nn::temporal::temporal_affine_backward;
use ndarray::{Array1, Array3, Array4, Axis};

pub fn vision_transformer_loss(
    net: &VisionTransformer,
    heads: usize,
    size: usize,
    x: &Array4<f64>,
    y: &Array1<usize>,
) -> (f64, VisionTransformer) {
    let (embedded, patches) = patch_embedding_forward(x, &net.w_patch, &net.b_patch, size);
    let (_, time, _) = embedded.dim();
    let mut a = embedded;
    let mut caches = Vec::new();
    for layer in &net.layers {
        let (out, cache) = transformer_encoder_layer_forward(layer, heads, &a, &Mask::All);
        caches.push(cache);
        a = out;
    }
    let mean = a.sum_axis(Axis(1)) / time as f64;
    let (scores, class) = affine_forward(&mean, &net.w_class, &net.b_class);
    let (loss, dscores) = softmax_loss(&scores, y);

    let (dmean, w_class, b_class) = affine_backward(&dscores, &class);
    let mut da = Array3::zeros(a.raw_dim());
    da += &(dmean / time as f64).insert_axis(Axis(1));
    let mut layers = Vec::new();
    for cache in caches.iter().rev() {
        let (dinput, layer) = transformer_encoder_layer_backward(&da, cache);
        da = dinput;
        layers.push(layer);
    }
    layers.reverse();
    let dpatches = temporal_affine_backward(&da, &patches.affine);
    (loss, VisionTransformer { w_patch: dpatches.dw, b_patch: dpatches.db, layers, w_class, b_class })
}
