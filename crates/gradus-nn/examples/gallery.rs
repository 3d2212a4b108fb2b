//! Writes one of each kind of picture, as SVG and as PNG, into a folder: `gallery [FOLDER]` (default `gallery`).
//!
//! Everything is drawn from the embedded images and a softmax classifier trained on them for some seconds.

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use gradus_nn::augment::{
    ColourJitter, colour_jitter, cutmix, cutout, gaussian_blur, gaussian_noise, horizontal_flip, mixup, one_hot,
    random_crop, rotate, scale,
};
use gradus_nn::data::fashion_mnist;
use gradus_nn::linear::{predict, train_softmax};
use gradus_nn::metrics::{self, accuracy, roc_curve};
use gradus_nn::pictures::{
    Picture, Tones, accuracy_curves, activation_histograms, confusion_matrix, image_grid, line_chart, loss_curves,
    roc_curves, weight_templates,
};
use gradus_nn::preprocess::{add_bias_column, mean_image, subtract_mean};
use gradus_nn::random::{generator, normal};
use gradus_nn::softmax::softmax;
use ndarray::{Array1, Array2, Array4, ArrayRef4, Axis, concatenate, s};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned()));
    fs::create_dir_all(&folder)?;

    let data = fashion_mnist::load();
    let (train, test) = (data.train.unit_rows::<f64>(), data.test.unit_rows::<f64>());
    let mean = mean_image(&train);
    let x = add_bias_column(&subtract_mean(&train, &mean));
    let x_test = add_bias_column(&subtract_mean(&test, &mean));
    let (y, y_test) = (&data.train.labels, &data.test.labels);
    let names = fashion_mnist::CLASS_NAMES;

    let (slow_w, slow) = train_softmax(&x, y, 0.01, 1e-3, 1000, 200, 231);
    let (w, fast) = train_softmax(&x, y, 0.1, 1e-3, 1000, 200, 231);
    let (_, wild) = train_softmax(&x, y, 0.4, 1e-3, 1000, 200, 231);
    let histories: [(&str, &[f64]); 3] =
        [("learning rate 0.4", &wild), ("learning rate 0.1", &fast), ("learning rate 0.01", &slow)];
    save(&folder, "loss_curves", &loss_curves(&histories))?;

    let epochs = 1..=12;
    let (mut in_training, mut in_test) = (Vec::new(), Vec::new());
    for epoch in epochs {
        let (w, _) = train_softmax(&x, y, 0.1, 0.0, 30 * epoch, 200, 231);
        in_training.push(accuracy(&predict(&w, &x), y));
        in_test.push(accuracy(&predict(&w, &x_test), y_test));
    }
    save(&folder, "accuracy_curves", &accuracy_curves(&[("training", &in_training[..]), ("test", &in_test)]))?;

    let activations = [("ReLU", relu as fn(f64) -> f64), ("tanh", f64::tanh), ("sigmoid", sigmoid), ("GELU", gelu)];
    let grid = || (-40..=40).map(|step| f64::from(step) / 10.0);
    let lines = activations.map(|(name, f)| (name, grid().map(|x| (x, f(x))).collect::<Vec<_>>()));
    save(&folder, "line_chart", &line_chart("Activation functions", "x", "f(x)", &lines))?;

    let confusion = metrics::confusion_matrix(&predict(&w, &x_test), y_test, names.len());
    save(&folder, "confusion_matrix", &confusion_matrix(&confusion, &names))?;
    save(&folder, "confusion_matrix_two", &confusion_matrix(&ndarray::array![[50, 0], [4, 3]], &["cat", "dog"]))?;
    let many: Vec<String> = (0..40).map(|class| format!("class {class}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let blurred = Array2::from_shape_fn((40, 40), |(i, j)| 40 / (1 + i.abs_diff(j).pow(2)));
    save(&folder, "confusion_matrix_many", &confusion_matrix(&blurred, &many))?;

    let p = softmax(&x_test.dot(&w));
    let p_slow = softmax(&x_test.dot(&slow_w));
    let curve = |p: &Array2<f64>, class: usize| roc_curve(&p.column(class), &y_test.mapv(|label| label == class));
    let curves = [curve(&p, 6), curve(&p, 8), curve(&p_slow, 6)];
    let shirts = ["shirt or not", "bag or not", "shirt or not, learning rate 0.01"];
    let curves: Vec<_> = shirts.into_iter().zip(&curves).collect();
    save(&folder, "roc_curves", &roc_curves(&curves))?;

    let templates = w.slice(s![..784, ..]);
    save(&folder, "weight_templates", &weight_templates(&templates, (1, 28, 28), &names))?;

    let images = test.to_shape((test.nrows(), 1, 28, 28))?.to_owned();
    let first_of_each: Vec<usize> =
        (0..10).filter_map(|class| y_test.iter().position(|&label| label == class)).collect();
    let examples = images.select(Axis(0), &first_of_each);
    save(&folder, "image_grid", &image_grid(&examples, &names, 5, Tones::Unit))?;
    let plain = images.slice(s![..60, .., .., ..]);
    save(&folder, "image_grid_plain", &image_grid(&plain, &[], 12, Tones::Unit))?;
    let filters = normal::<f64, _>((16, 3, 7, 7), 1.0, &mut generator(231));
    save(&folder, "image_grid_filters", &image_grid(&filters, &[], 8, Tones::OwnRange))?;
    let (changed, captions) = augmented(&coloured(&examples));
    save(&folder, "augmentation", &image_grid(&changed, &captions, 6, Tones::Unit))?;

    for (name, gain) in [("small", 0.01), ("xavier", 1.0), ("large", 4.0)] {
        let mut h = normal::<f64, _>((500, 500), 1.0, &mut generator(231));
        let mut layers = Vec::new();
        for layer in 1..=6 {
            let w = normal::<f64, _>((500, 500), gain / 500.0_f64.sqrt(), &mut generator(layer));
            h = h.dot(&w).mapv(f64::tanh);
            layers.push((format!("layer {layer}"), h.clone()));
        }
        let layers: Vec<_> = layers.iter().map(|(name, h)| (name.as_str(), h.view().into_dyn())).collect();
        save(&folder, &format!("activation_histograms_{name}"), &activation_histograms(&layers))?;
    }
    Ok(())
}

fn save(folder: &Path, name: &str, picture: &Picture) -> Result<(), Box<dyn Error>> {
    for end in ["svg", "png"] {
        let path = folder.join(name).with_extension(end);
        picture.save(&path)?;
        println!("{} ({} kB)", path.display(), fs::metadata(&path)?.len().div_ceil(1000));
    }
    Ok(())
}

fn relu(x: f64) -> f64 {
    x.max(0.0)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Its approximation by tanh.
fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
}

/// Gray images on a sky that changes from blue to orange.
fn coloured(gray: &ArrayRef4<f64>) -> Array4<f64> {
    let (batch, _, height, width) = gray.dim();
    let sky = [[0.35, 0.95], [0.60, 0.75], [0.90, 0.45]];
    Array4::from_shape_fn((batch, 3, height, width), |(n, c, i, j)| {
        let down = i as f64 / height as f64;
        let background = sky[c][0] * (1.0 - down) + sky[c][1] * down;
        let ink = gray[[n, 0, i, j]];
        background * (1.0 - ink) + ink * [0.75, 0.2, 0.25][c]
    })
}

/// The eighth image, a sneaker, and what each augmentation makes of it.
fn augmented(examples: &ArrayRef4<f64>) -> (Array4<f64>, [&'static str; 12]) {
    let pair = examples.select(Axis(0), &[7, 8]);
    let x = pair.slice(s![..1, .., .., ..]).to_owned();
    let y = one_hot(&Array1::from(vec![7, 8]), 10);
    let draws = || generator(1);
    let strengths = ColourJitter { brightness: 0.5, contrast: 0.5, saturation: 0.8 };
    let first = |mixed: Array4<f64>| mixed.slice(s![..1, .., .., ..]).to_owned();
    // A seed that mixes the two images about half and half.
    let well_mixed = |&seed: &u64| {
        let mixed = cutmix(&pair, &y, 1.0, &mut generator(seed));
        mixed.partner == [1, 0] && (0.55..0.7).contains(&mixed.lambda)
    };
    let swapping = (0..).find(well_mixed).unwrap_or(0);
    let changed = [
        ("as it is", x.clone()),
        ("crop", random_crop(&x, 6, &mut draws())),
        ("flip", horizontal_flip(&x)),
        ("rotation", rotate(&x, &[20.0])),
        ("scale", scale(&x, &[1.4])),
        ("colour", colour_jitter(&x, strengths, &mut draws())),
        ("noise", gaussian_noise(&x, 0.1, &mut draws())),
        ("blur", gaussian_blur(&x, &[1.2])),
        ("cutout", cutout(&x, 10, &mut draws())),
        ("mixup", first(mixup(&pair, &y, 1.0, &mut generator(swapping)).x)),
        ("CutMix", first(cutmix(&pair, &y, 1.0, &mut generator(swapping)).x)),
        ("all but mixing", {
            let turned = rotate(&random_crop(&x, 3, &mut draws()), &[-10.0]);
            colour_jitter(&horizontal_flip(&turned), strengths, &mut draws())
        }),
    ];
    let views: Vec<_> = changed.iter().map(|(_, image)| image.view()).collect();
    (concatenate(Axis(0), &views).expect("images of one size"), changed.each_ref().map(|(name, _)| *name))
}
