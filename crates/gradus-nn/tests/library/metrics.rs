//! Metrics: by hand, against scikit-learn's recorded values, against slow references, and at the edges.

use gradus_check::{Tolerance, compare, compare_scalar};
use gradus_nn::metrics::*;
use gradus_nn::random::{generator, normal, with_replacement};
use ndarray::{Array1, Array2, Array3, array};
use proptest::prelude::*;
use serde_json::Value;

fn recorded() -> Value {
    serde_json::from_str(include_str!("fixtures/metrics_sklearn.json")).expect("JSON")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// Numbers, where `null` is `NaN`.
fn floats(value: &Value) -> Array1<f64> {
    list(value).iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect()
}

fn labels(value: &Value) -> Array1<usize> {
    list(value).iter().map(|label| label.as_u64().expect("a label") as usize).collect()
}

#[track_caller]
fn same(value: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: a number"));
    assert_eq!(compare_scalar(value, expected, Tolerance::double()), Ok(()), "{what}");
}

#[track_caller]
fn same_where_defined(scores: &Array1<f64>, expected: &Array1<f64>, what: &str) {
    assert_eq!(scores.len(), expected.len(), "{what}");
    for (&score, &expected) in scores.iter().zip(expected) {
        assert_eq!(score.is_nan(), expected.is_nan(), "{what}");
        assert!(score.is_nan() || (score - expected).abs() < 1e-15, "{what}: {score} for {expected}");
    }
}

#[test]
fn classes_score_what_scikit_learn_gives() {
    let recorded = recorded();
    assert_eq!(list(&recorded["classes"]).len(), 7);
    for case in list(&recorded["classes"]) {
        let name = case["name"].as_str().expect("a name");
        let (predicted, y) = (labels(&case["predicted"]), labels(&case["y"]));
        let confusion = confusion_matrix(&predicted, &y, case["classes"].as_u64().expect("a count") as usize);
        for (row, expected) in confusion.outer_iter().zip(list(&case["confusion"])) {
            assert_eq!(row.to_owned(), labels(expected), "{name}");
        }
        same(accuracy(&predicted, &y), &case["accuracy"], name);
        same(matthews_correlation(&confusion), &case["matthews_correlation"], name);

        let per_class = &case["scores"]["per_class"];
        let near = |scores, key: &str| {
            assert_eq!(compare(&scores, &floats(&per_class[key]), Tolerance::double()), Ok(()), "{name}: {key}");
        };
        near(precision_per_class(&confusion), "precision");
        near(recall_per_class(&confusion), "recall");
        for (beta, key) in [(0.5, "f_0.5"), (1.0, "f_1.0"), (2.0, "f_2.0")] {
            near(f_beta_per_class(&confusion, beta), key);
        }
        for (average, key) in [(Average::Macro, "macro"), (Average::Micro, "micro"), (Average::Weighted, "weighted")] {
            let expected = &case["scores"][key];
            same(precision(&confusion, average), &expected["precision"], name);
            same(recall(&confusion, average), &expected["recall"], name);
            for (beta, key) in [(0.5, "f_0.5"), (1.0, "f_1.0"), (2.0, "f_2.0")] {
                same(f_beta(&confusion, beta, average), &expected[key], name);
            }
        }
        same_where_defined(&iou(&confusion), &floats(&case["iou"]), name);
        same_where_defined(&dice(&confusion), &floats(&case["dice"]), name);
    }
}

#[test]
fn the_roc_curve_is_what_scikit_learn_gives() {
    let recorded = recorded();
    assert_eq!(list(&recorded["roc"]).len(), 4);
    for case in list(&recorded["roc"]) {
        let name = case["name"].as_str().expect("a name");
        let scores = floats(&case["scores"]);
        let positive: Array1<bool> = list(&case["positive"]).iter().map(|label| label == true).collect();
        let curve = roc_curve(&scores, &positive);
        let near = |rates: &Array1<f64>, key: &str| {
            assert_eq!(compare(rates, &floats(&case[key]), Tolerance::double()), Ok(()), "{name}: {key}");
        };
        near(&curve.false_positive_rate, "false_positive_rate");
        near(&curve.true_positive_rate, "true_positive_rate");
        assert_eq!(curve.thresholds[0], f64::INFINITY);
        assert_eq!(curve.thresholds.to_vec()[1..], floats(&case["thresholds"]).to_vec());
        same(roc_auc(&scores, &positive), &case["auc"], name);
        assert_eq!(
            roc_curve(&scores.mapv(|score| score as f32), &positive).true_positive_rate,
            curve.true_positive_rate
        );
    }
}

#[test]
fn by_hand() {
    // Of 4 cats, 3 are found; of 6 dogs, 2 are taken for cats.
    let confusion = array![[3, 1], [2, 4]];
    assert_eq!(precision_per_class(&confusion), array![3.0 / 5.0, 4.0 / 5.0]);
    assert_eq!(recall_per_class(&confusion), array![3.0 / 4.0, 4.0 / 6.0]);
    assert_eq!(f_beta_per_class(&confusion, 1.0), array![6.0 / 9.0, 8.0 / 11.0]);
    assert_eq!(f_beta_per_class(&confusion, 0.0), precision_per_class(&confusion));
    assert_eq!(precision(&confusion, Average::Weighted), (4.0 * 0.6 + 6.0 * 0.8) / 10.0);
    // (tp tn - fp fn) / sqrt((tp + fp)(tp + fn)(tn + fp)(tn + fn))
    let by_hand = (3.0 * 4.0 - 2.0 * 1.0) / (5.0_f64 * 4.0 * 6.0 * 5.0).sqrt();
    assert!((matthews_correlation(&confusion) - by_hand).abs() < 1e-15);
    assert_eq!(iou(&confusion), array![3.0 / 6.0, 4.0 / 7.0]);
    assert_eq!(dice(&confusion), array![6.0 / 9.0, 8.0 / 11.0]);
    assert_eq!(pixel_accuracy(&confusion), 0.7);
}

#[test]
fn empty_classes_and_one_sided_truths() {
    let nothing = Array2::<usize>::zeros((3, 3));
    assert_eq!(precision_per_class(&nothing), array![0.0, 0.0, 0.0]);
    assert!(iou(&nothing).iter().chain(&dice(&nothing)).all(|score| score.is_nan()));
    assert_eq!(confusion_matrix(&Array1::zeros(0), &Array1::zeros(0), 3), nothing);

    // Class 2 is in neither: it halves no mean of regions, but it does take part in the macro average.
    let perfect = array![[5, 0, 0], [0, 5, 0], [0, 0, 0]];
    assert_eq!((mean_iou(&perfect), mean_dice(&perfect)), (1.0, 1.0));
    assert_eq!((recall(&perfect, Average::Macro), recall(&perfect, Average::Weighted)), (2.0 / 3.0, 1.0));
    assert_eq!(matthews_correlation(&array![[7, 0], [0, 0]]), 0.0);

    let scores = array![0.1, 0.7, 0.4];
    let no_positives = roc_curve(&scores, &array![false, false, false]);
    assert!(no_positives.true_positive_rate.iter().all(|rate| rate.is_nan()));
    assert_eq!(no_positives.false_positive_rate, array![0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]);
    assert!(roc_auc(&scores, &array![false, false, false]).is_nan());
    assert!(roc_auc(&scores, &array![true, true, true]).is_nan());
    assert_eq!(roc_auc(&array![f64::INFINITY, f64::NEG_INFINITY], &array![true, false]), 1.0);
}

/// Many examples must not overflow or lose digits: 4 * 10^9 in each cell.
#[test]
fn counts_of_billions() {
    let confusion = Array2::from_elem((2, 2), 4_000_000_000_usize) + Array2::<usize>::eye(2) * 4_000_000_000;
    assert!((matthews_correlation(&confusion) - 1.0 / 3.0).abs() < 1e-15);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tables_of_batches_add_up_and_hold_slow_counts(
        seed in any::<u64>(), batch in 1_usize..4, height in 1_usize..6, width in 1_usize..6, classes in 1_usize..5,
    ) {
        let mut draws = generator(seed);
        let mut regions = || {
            let labels = with_replacement(classes, batch * height * width, &mut draws);
            Array3::from_shape_vec((batch, height, width), labels).expect("a label for each pixel")
        };
        let (predicted, y) = (regions(), regions());
        let whole = confusion_matrix(&predicted, &y, classes);
        let parts = predicted.outer_iter().zip(y.outer_iter());
        let sum = parts.fold(Array2::<usize>::zeros((classes, classes)), |sum, (predicted, y)| {
            sum + confusion_matrix(&predicted, &y, classes)
        });
        prop_assert_eq!(&whole, &sum, "seed {}", seed);
        for k in 0..classes {
            let count = |holds: fn(bool, bool) -> bool| {
                predicted.iter().zip(&y).filter(|&(&predicted, &y)| holds(predicted == k, y == k)).count() as f64
            };
            let expected = count(|predicted, y| predicted && y) / count(|predicted, y| predicted || y);
            let score = iou(&whole)[k];
            prop_assert!(score == expected || score.is_nan() && expected.is_nan(), "seed {}: class {}", seed, k);
            let from_iou = 2.0 * score / (1.0 + score);
            prop_assert!(score.is_nan() || (dice(&whole)[k] - from_iou).abs() < 1e-15, "seed {}: class {}", seed, k);
        }
        for score in [precision, recall] {
            prop_assert_eq!(score(&whole, Average::Micro), pixel_accuracy(&whole), "seed {}", seed);
        }
    }

    #[test]
    fn the_area_is_the_chance_that_a_positive_scores_more(seed in any::<u64>(), n in 2_usize..30, steps in 1.0..9.0_f64) {
        let mut draws = generator(seed);
        let scores = normal::<f64, _>(n, 1.0, &mut draws).mapv(|score| (score * steps).round());
        let mut positive: Array1<bool> = with_replacement(2, n, &mut draws).into_iter().map(|draw| draw == 1).collect();
        (positive[0], positive[1]) = (true, false);
        let (mut wins, mut pairs) = (0.0, 0.0);
        for i in (0..n).filter(|&i| positive[i]) {
            for j in (0..n).filter(|&j| !positive[j]) {
                wins += if scores[i] > scores[j] { 1.0 } else if scores[i] == scores[j] { 0.5 } else { 0.0 };
                pairs += 1.0;
            }
        }
        prop_assert!((roc_auc(&scores, &positive) - wins / pairs).abs() < 1e-12, "seed {}", seed);
        let reversed = scores.mapv(|score| -score);
        prop_assert!((roc_auc(&reversed, &positive) - (1.0 - wins / pairs)).abs() < 1e-12, "seed {}", seed);
    }
}
