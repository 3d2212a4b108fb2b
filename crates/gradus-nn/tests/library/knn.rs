//! Nearest neighbours: by hand, the three ways to distances, the vote against sorting.

use gradus_check::{Tolerance, compare};
use gradus_nn::knn::*;
use gradus_nn::random::{generator, normal, with_replacement};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

/// Test examples, training examples and labels.
fn problem(seed: u64, test: usize, train: usize, features: usize) -> (Array2<f64>, Array2<f64>, Array1<usize>) {
    let mut draws = generator(seed);
    let (x, x_train) = (normal((test, features), 1.0, &mut draws), normal((train, features), 1.0, &mut draws));
    (x, x_train, Array1::from(with_replacement(4, train, &mut draws)))
}

#[test]
fn by_hand() {
    let (x, x_train) = (array![[0.0, 0.0], [3.0, 4.0]], array![[3.0, 0.0], [0.0, 4.0], [-5.0, 12.0]]);
    let expected = array![[3.0, 4.0, 13.0], [4.0, 3.0, 128.0_f64.sqrt()]];
    for distances in [compute_distances_two_loops, compute_distances_one_loop, compute_distances_no_loops] {
        assert_eq!(compare(&distances(&x, &x_train), &expected, Tolerance::double()), Ok(()));
    }
}

#[test]
fn ties_go_to_the_smaller_label_and_the_earlier_example() {
    // Two votes each for 3 and 1.
    assert_eq!(predict_labels(&array![[1.0, 2.0, 3.0, 4.0]], &array![3, 1, 1, 3], 4), array![1]);
    // Three examples at one distance, and only two places.
    assert_eq!(predict_labels(&array![[1.0, 1.0, 1.0]], &array![2, 2, 0], 2), array![2]);
}

#[test]
fn an_example_is_its_own_nearest_neighbour_without_becoming_nan() {
    let (_, x_train, y_train) = problem(5, 0, 30, 100);
    let x_train = x_train * 1e3;
    for distances in [compute_distances_two_loops, compute_distances_one_loop, compute_distances_no_loops] {
        let dists = distances(&x_train, &x_train);
        assert!(dists.iter().all(|&distance: &f64| distance >= 0.0));
        assert_eq!(predict_labels(&dists, &y_train, 1), y_train);
    }
}

#[test]
fn nan_stays_visible_in_distances_and_is_never_near() {
    let (x, x_train) = (array![[1.0]], array![[f64::NAN], [5.0], [9.0]]);
    for distances in [compute_distances_two_loops, compute_distances_one_loop, compute_distances_no_loops] {
        let dists = distances(&x, &x_train);
        assert!(dists[[0, 0]].is_nan());
        assert_eq!(predict_labels(&dists, &array![0, 1, 1], 1), array![1]);
        assert_eq!(predict_labels(&dists, &array![0, 2, 1], 2), array![1]);
    }
}

#[test]
fn no_test_examples_give_no_labels() {
    let dists = compute_distances_no_loops(&Array2::<f64>::zeros((0, 3)), &Array2::zeros((2, 3)));
    assert_eq!(dists.dim(), (0, 2));
    assert!(predict_labels(&dists, &array![0, 1], 1).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_three_ways_agree(seed in any::<u64>(), test in 1_usize..9, train in 1_usize..9, features in 1_usize..9) {
        let (x, x_train, _) = problem(seed, test, train, features);
        let slow = compute_distances_two_loops(&x, &x_train);
        let one = compute_distances_one_loop(&x, &x_train);
        prop_assert_eq!(compare(&one, &slow, Tolerance::double()), Ok(()), "seed {}", seed);
        // Squared, because the error is in the square: near 0 the root makes it larger.
        let (fast, squares) = (compute_distances_no_loops(&x, &x_train).mapv(|d| d * d), slow.mapv(|d| d * d));
        prop_assert_eq!(compare(&fast, &squares, Tolerance::new(1e-12, 1e-12)), Ok(()), "seed {}", seed);
        let single = |x: &Array2<f64>| x.mapv(|value| value as f32);
        let fast = compute_distances_no_loops(&single(&x), &single(&x_train)).mapv(|d| d * d);
        prop_assert_eq!(compare(&fast, &squares, Tolerance::new(1e-4, 1e-4)), Ok(()), "seed {}", seed);
        for distances in [compute_distances_one_loop, compute_distances_two_loops] {
            let single = distances(&single(&x), &single(&x_train));
            prop_assert_eq!(compare(&single, &slow, Tolerance::new(1e-4, 1e-5)), Ok(()), "seed {}", seed);
        }
    }

    #[test]
    fn the_vote_is_that_of_the_sorted_examples(seed in any::<u64>(), test in 1_usize..6, train in 1_usize..20, k in 1_usize..20) {
        let (_, _, y_train) = problem(seed, 0, train, 0);
        // Few distinct distances, so that many are equal.
        let draws = with_replacement(5, test * train, &mut generator(seed));
        let dists = Array2::from_shape_vec((test, train), draws).expect("as many").mapv(|distance| distance as f64);
        let k = k.min(train);
        let slow = dists.map_axis(ndarray::Axis(1), |row| {
            let mut order: Vec<usize> = (0..train).collect();
            order.sort_by(|&a, &b| row[a].total_cmp(&row[b]));
            let votes = |label: usize| order[..k].iter().filter(|&&example| y_train[example] == label).count();
            let most = (0..4).map(votes).max().expect("four labels");
            (0..4).find(|&label| votes(label) == most).expect("one has the most")
        });
        prop_assert_eq!(predict_labels(&dists, &y_train, k), slow, "seed {}", seed);
    }
}
