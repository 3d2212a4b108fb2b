//! Augmentation: by hand, against slow references, and what must hold for every image.

use gradus_check::{Tolerance, compare};
use gradus_nn::Scalar;
use gradus_nn::augment::*;
use gradus_nn::random::{generator, normal, with_replacement};
use ndarray::{Array1, Array4, ArrayRef4, Axis, array};
use proptest::prelude::*;

/// Images with values from 0 to 1.
fn images(seed: u64, shape: (usize, usize, usize, usize)) -> Array4<f64> {
    normal::<f64, _>(shape, 1.0, &mut generator(seed)).mapv(|value| 0.5 + 0.5 * value.sin())
}

#[track_caller]
fn near(a: &Array4<f64>, b: &Array4<f64>) {
    assert_eq!(compare(a, b, Tolerance::new(1e-9, 1e-12)), Ok(()));
}

/// Every random augmentation by its name, as it is used in training.
type Augmentation<F> = (&'static str, fn(&ArrayRef4<F>, u64) -> Array4<F>);

fn all<F: Scalar>() -> Vec<Augmentation<F>> {
    vec![
        ("crop", |x, seed| random_crop(x, 2, &mut generator(seed))),
        ("flip", |x, seed| random_horizontal_flip(x, 0.5, &mut generator(seed))),
        ("rotation", |x, seed| random_rotation(x, 30.0, &mut generator(seed))),
        ("scale", |x, seed| random_scale(x, 0.7..=1.4, &mut generator(seed))),
        ("jitter", |x, seed| {
            let strengths = ColourJitter { brightness: 0.4, contrast: 0.3, saturation: 0.8 };
            colour_jitter(x, strengths, &mut generator(seed))
        }),
        ("noise", |x, seed| gaussian_noise(x, 0.1, &mut generator(seed))),
        ("blur", |x, seed| random_gaussian_blur(x, 0.1..=2.0, &mut generator(seed))),
        ("cutout", |x, seed| cutout(x, 3, &mut generator(seed))),
        ("mixup", |x, seed| mixup(x, &targets(x.dim().0), 0.4, &mut generator(seed)).x),
        ("cutmix", |x, seed| cutmix(x, &targets(x.dim().0), 1.0, &mut generator(seed)).x),
    ]
}

fn targets<F: Scalar>(batch: usize) -> ndarray::Array2<F> {
    one_hot(&Array1::from_shape_fn(batch, |n| n % 3), 3)
}

#[test]
fn crops_by_hand() {
    let x = array![[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]];
    assert_eq!(crop_with_padding(&x, 0, &[(0, 0)]), x);
    assert_eq!(crop_with_padding(&x, 2, &[(2, 2)]), x);
    assert_eq!(crop_with_padding(&x, 1, &[(0, 0)]), array![[[[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]]]]);
    assert_eq!(crop_with_padding(&x, 1, &[(2, 2)]), array![[[[5.0, 6.0, 0.0], [0.0, 0.0, 0.0]]]]);
    assert_eq!(crop_with_padding(&x, 9, &[(0, 18)]), Array4::<f64>::zeros((1, 1, 2, 3))); // all padding
}

#[test]
fn a_point_is_carried_round_the_centre() {
    let mut x = Array4::<f64>::zeros((1, 1, 5, 5));
    x[[0, 0, 2, 4]] = 1.0; // right of the centre
    for (degrees, i, j) in [(90.0, 0, 2), (180.0, 2, 0), (-90.0, 4, 2), (360.0, 2, 4)] {
        let turned = rotate(&x, &[degrees]);
        assert!((turned[[0, 0, i, j]] - 1.0).abs() < 1e-12 && (turned.sum() - 1.0).abs() < 1e-12, "{degrees}");
    }
    let halved = scale(&x, &[0.5]);
    assert_eq!((halved[[0, 0, 2, 3]], halved.sum()), (1.0, 1.0));
}

#[test]
fn colours_by_hand() {
    let x = array![[[[1.0, 0.0]], [[0.5, 0.0]], [[0.0, 0.0]]]]; // orange and black
    let gray = 0.299 + 0.587 * 0.5;
    near(&brightness(&x, &[0.5]), &array![[[[0.5, 0.0]], [[0.25, 0.0]], [[0.0, 0.0]]]]);
    near(&contrast(&x, &[0.0]), &Array4::from_elem((1, 3, 1, 2), gray / 2.0));
    near(&saturation(&x, &[0.0]), &array![[[[gray, 0.0]], [[gray, 0.0]], [[gray, 0.0]]]]);
    // twice as far from gray, clipped
    near(&saturation(&x, &[2.0]), &array![[[[1.0, 0.0]], [[1.0 - gray, 0.0]], [[0.0, 0.0]]]]);
}

/// The blur as one sum over both axes, as its formula says.
fn blur_naive(x: &Array4<f64>, sigma: f64) -> Array4<f64> {
    let kernel = gaussian_kernel::<f64>(sigma);
    let radius = (kernel.len() / 2) as isize;
    let (_, _, height, width) = x.dim();
    let clip = |at: isize, length: usize| at.clamp(0, length as isize - 1) as usize;
    Array4::from_shape_fn(x.dim(), |(n, c, i, j)| {
        let mut sum = 0.0;
        for s in -radius..=radius {
            for t in -radius..=radius {
                let weight = kernel[(s + radius) as usize] * kernel[(t + radius) as usize];
                sum += weight * x[[n, c, clip(i as isize + s, height), clip(j as isize + t, width)]];
            }
        }
        sum
    })
}

#[test]
fn shares_of_mixtures_follow_the_beta_distribution() {
    let x = Array4::<f64>::zeros((1, 1, 1, 1));
    for (alpha, variance) in [(1.0, 1.0 / 12.0), (0.2, 1.0 / 5.6)] {
        let mut draws = generator(231);
        let shares: Array1<f64> = (0..4000).map(|_| mixup(&x, &targets(1), alpha, &mut draws).lambda).collect();
        assert!((shares.mean().expect("shares") - 0.5).abs() < 0.02);
        assert!((shares.var(0.0) - variance).abs() < 0.01, "alpha {alpha}: {}", shares.var(0.0)); // 1 / (4 (2 alpha + 1))
    }
}

/// A course shows images augmented under a seed: a new version of a dependency must not change the draws unseen.
#[test]
fn the_draws_of_a_seed_do_not_change() {
    let x = images(231, (5, 3, 6, 6));
    // Weighted by place, because many change only the places.
    let sum = |x: Array4<f64>| x.iter().enumerate().map(|(place, value)| place as f64 * value).sum();
    let sums: Vec<f64> = all().iter().map(|(_, augment)| sum(augment(&x, 231))).collect();
    let recorded: [f64; 10] = [
        55666.42229507197,
        74539.16062274494,
        70346.4212479784,
        73967.24329361622,
        77284.34490559307,
        75504.44628707197,
        74452.28647637222,
        59215.7562219756,
        74559.18109030742,
        74971.53726495481,
    ];
    for (((name, _), sum), recorded) in all::<f64>().iter().zip(&sums).zip(recorded) {
        assert!((sum - recorded).abs() < 1e-7, "{name}: {sums:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn shape_seed_and_precision(
        seed in any::<u64>(), batch in 1_usize..4, gray in any::<bool>(), height in 1_usize..8, width in 1_usize..8,
    ) {
        let x = images(seed, (batch, if gray { 1 } else { 3 }, height, width));
        let single_x = x.mapv(|value| value as f32);
        for ((name, augment), (_, single)) in all::<f64>().into_iter().zip(all::<f32>()) {
            let out = augment(&x, seed);
            prop_assert_eq!(out.dim(), x.dim(), "{}, seed {}", name, seed);
            prop_assert!(out.iter().all(|value| value.is_finite()), "{}, seed {}", name, seed);
            prop_assert_eq!(&out, &augment(&x, seed), "{}, seed {}", name, seed);
            let rounded = single(&single_x, seed);
            prop_assert_eq!(compare(&rounded, &out, Tolerance::single()), Ok(()), "{}, seed {}", name, seed);
            if name != "noise" {
                prop_assert!(out.iter().all(|value| (-1e-12..=1.0 + 1e-12).contains(value)), "{}, seed {}", name, seed);
            }
        }
    }

    #[test]
    fn nothing_asked_for_nothing_done(seed in any::<u64>(), height in 1_usize..8, width in 1_usize..8) {
        let x = images(seed, (2, 3, height, width));
        let mut draws = generator(seed);
        near(&random_crop(&x, 0, &mut draws), &x);
        near(&random_horizontal_flip(&x, 0.0, &mut draws), &x);
        near(&horizontal_flip(&horizontal_flip(&x)), &x);
        near(&random_rotation(&x, 0.0, &mut draws), &x);
        near(&random_scale(&x, 1.0..=1.0, &mut draws), &x);
        near(&colour_jitter(&x, ColourJitter::default(), &mut draws), &x);
        near(&gaussian_noise(&x, 0.0, &mut draws), &x);
        near(&gaussian_blur(&x, &[0.0, 0.0]), &x);
        near(&cutout(&x, 0, &mut draws), &x);
    }

    #[test]
    fn crops_are_windows_of_the_padded_image(seed in any::<u64>(), padding in 0_usize..5, height in 1_usize..6) {
        let x = images(seed, (2, 3, height, 4));
        let corners: Vec<_> =
            with_replacement(2 * padding + 1, 4, &mut generator(seed)).chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let slow = Array4::from_shape_fn(x.dim(), |(n, c, i, j)| {
            let source = ((i + corners[n].0).checked_sub(padding), (j + corners[n].1).checked_sub(padding));
            match source {
                (Some(i), Some(j)) if i < height && j < 4 => x[[n, c, i, j]],
                _ => 0.0,
            }
        });
        prop_assert_eq!(crop_with_padding(&x, padding, &corners), slow, "seed {}", seed);
    }

    #[test]
    fn quarter_turns_permute_the_pixels(seed in any::<u64>(), size in 1_usize..7) {
        let x = images(seed, (1, 3, size, size));
        // Counter-clockwise: the first row of the result is the last column of the image.
        let quarter = Array4::from_shape_fn(x.dim(), |(n, c, i, j)| x[[n, c, j, size - 1 - i]]);
        near(&rotate(&x, &[90.0]), &quarter);
        near(&rotate(&rotate(&x, &[90.0]), &[-90.0]), &x);
    }

    #[test]
    fn the_blur_is_its_formula_and_keeps_plain_images(seed in any::<u64>(), sigma in 0.0..2.5, height in 1_usize..7) {
        let x = images(seed, (1, 2, height, 5));
        near(&gaussian_blur(&x, &[sigma]), &blur_naive(&x, sigma));
        let plain = Array4::from_elem((1, 1, height, 5), 0.3);
        near(&gaussian_blur(&plain, &[sigma]), &plain);
    }

    #[test]
    fn colours_keep_what_they_should(seed in any::<u64>(), factor in 0.0..1.0) {
        // Factors up to 1 never clip, so contrast keeps the mean brightness and saturation each pixel's brightness.
        let x = images(seed, (1, 3, 4, 5));
        let mean = |x: &Array4<f64>| grayscale(x).mean().expect("pixels");
        prop_assert!((mean(&contrast(&x, &[factor])) - mean(&x)).abs() < 1e-12, "seed {}", seed);
        near(&grayscale(&saturation(&x, &[factor])), &grayscale(&x));
        near(&brightness(&x, &[factor]), &(&x * factor));
        let gray = grayscale(&x);
        near(&saturation(&gray, &[factor * 3.0]), &gray);
    }

    #[test]
    fn cutout_hides_one_square(seed in any::<u64>(), size in 0_usize..6, height in 1_usize..9, width in 1_usize..9) {
        let x = Array4::<f64>::ones((1, 2, height, width));
        let out = cutout(&x, size, &mut generator(seed));
        prop_assert_eq!(out.index_axis(Axis(1), 0), out.index_axis(Axis(1), 1), "a hole goes through all channels");
        let hidden = |axis| {
            let other = out.index_axis(Axis(0), 0).index_axis(Axis(0), 0).to_owned();
            other.axis_iter(Axis(axis)).filter(|line| line.iter().any(|&value| value == 0.0)).count()
        };
        let (rows, columns) = (hidden(0), hidden(1));
        prop_assert!(rows <= size && columns <= size && (size == 0 || rows >= 1), "seed {}", seed);
        let holes = out.iter().filter(|&&value| value == 0.0).count();
        prop_assert_eq!(holes, 2 * rows * columns, "seed {}: not one rectangle", seed);
    }

    #[test]
    fn mixtures_hold_the_shares_that_they_claim(seed in any::<u64>(), batch in 1_usize..6, alpha in 0.1..3.0) {
        let x = images(seed, (batch, 1, 4, 6));
        let y = targets(batch);
        for (name, mixed) in [
            ("mixup", mixup(&x, &y, alpha, &mut generator(seed))),
            ("cutmix", cutmix(&x, &y, alpha, &mut generator(seed))),
        ] {
            let mut partners = mixed.partner.clone();
            partners.sort_unstable();
            prop_assert_eq!(partners, (0..batch).collect::<Vec<_>>(), "{}, seed {}", name, seed);
            prop_assert!((0.0..=1.0).contains(&mixed.lambda), "{}, seed {}", name, seed);
            for n in 0..batch {
                let partner = mixed.partner[n];
                for k in 0..3 {
                    let share = mixed.lambda * y[[n, k]] + (1.0 - mixed.lambda) * y[[partner, k]];
                    prop_assert!((mixed.y[[n, k]] - share).abs() < 1e-12, "{}, seed {}", name, seed);
                }
                let image = |images: &Array4<f64>, n| images.index_axis(Axis(0), n).iter().copied().collect::<Vec<_>>();
                let (out, own, other) = (image(&mixed.x, n), image(&x, n), image(&x, partner));
                if name == "mixup" {
                    let share = |p: usize| mixed.lambda * own[p] + (1.0 - mixed.lambda) * other[p];
                    prop_assert!((0..24).all(|p| (out[p] - share(p)).abs() < 1e-12), "seed {}", seed);
                } else if partner != n {
                    prop_assert!((0..24).all(|p| out[p] == own[p] || out[p] == other[p]), "seed {}", seed);
                    let pasted = (0..24).filter(|&p| out[p] != own[p]).count() as f64 / 24.0;
                    prop_assert!((pasted - (1.0 - mixed.lambda)).abs() < 1e-12, "seed {}", seed);
                }
            }
        }
    }
}
